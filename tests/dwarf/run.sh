#!/usr/bin/env bash
# Compares what our reader of debug information reads of real programs with what libdw, llvm-dwarfdump, readelf and gdb read:
# redis by gcc and clang, -O0 and -O2, DWARF 4 and 5, and after dwz; the C library's debug file; C++ with libfmt; Rust; Go.
# Takes some ten minutes. `run.sh FILE...` compares these files instead.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
dotnet build "$tests" -c Release -v quiet >&2
gcc -O2 -o "$work/entries" "$tests/Oracle/entries.c" -ldw
failed=0
compare() {
    python3 "$tests/Oracle/compare.py" --dump "$dump" --libdw "$work/entries" "$@" ||
        failed=1
}

if (($#)); then
    for file in "$@"; do
        compare "$file"
    done
    exit "$failed"
fi

fetch_redis
for compiler in gcc clang; do
    for level in 0 2; do
        for version in 4 5; do
            build_redis "redis-$compiler-O$level-dwarf$version" "$compiler" "$level" "$version"
            compare --step 5 "$work/redis-$compiler-O$level-dwarf$version"
        done
    done
done

cp "$work/redis-gcc-O2-dwarf5" "$work/redis-dwz"
dwz "$work/redis-dwz"
compare --step 5 "$work/redis-dwz"

find_libc
compare --step 7 --unwind "$library" "$debug_of_libc"

write_format
for compiler in g++ clang++; do
    for options in "-O0 -g" "-O2 -g" "-O2 -g -gdwarf-4 -fdebug-types-section"; do
        # shellcheck disable=SC2086 # words
        "$compiler" -std=c++17 $options -DFMT_HEADER_ONLY -o "$work/format" "$work/format.cpp"
        compare --step 5 "$work/format"
    done
done

rustc -g -O -o "$work/rust" "$tests/Programs/basket.rs"
compare --step 11 "$work/rust"

# Values, as gdb shows them while the programs run.
values() {
    local step=$1 program=$2
    dotnet "$dump" places "$program" "$step" >"$work/places"
    local row
    row=$(gdb -nx -batch -ex "python PLACES='$work/places'" -x "$tests/Oracle/values.py" --args "$program" 2>&1 |
        grep -E ': ours | values are as gdb has them' | tail -n 20)
    echo "$3: $row"
    [[ $row == *' 0 differences' ]] || failed=1
}
for level in 0 1 2 3; do
    for compiler in gcc clang; do
        "$compiler" -g "-O$level" -no-pie -o "$work/items" "$tests/Programs/items.c"
        values 1 "$work/items" "items.c, $compiler -O$level"
    done
    for compiler in g++ clang++; do
        "$compiler" -g "-O$level" -no-pie -o "$work/basket" "$tests/Programs/basket.cpp"
        values 1 "$work/basket" "basket.cpp, $compiler -O$level"
    done
    rustc -g -C "opt-level=$level" -C relocation-model=static -o "$work/basket" "$tests/Programs/basket.rs"
    values 41 "$work/basket" "basket.rs, rustc -O$level"
done

go build -o "$work/go" "$tests/Programs/basket.go"
compare --step 11 "$work/go"
exit "$failed"
