#!/usr/bin/env bash
# How many of the values that variables have at the lines of real programs a probe can read, with the least that it may be:
# `coverage.sh FILE...` says it of these files. Takes some five minutes, most of them to compile redis.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/programs.sh"
dotnet build "$tests" -c Release -v quiet >&2
failed=0

# coverage NAME FILE LOCALS PARAMETERS [BINARY]: the least shares in percent.
coverage() {
    local name=$1 file=$2 row
    row=$(dotnet "$dump" coverage "$file" 1 "" "${5:-}")
    echo "$name: $row"
    awk -v row="$row" -v locals="$3" -v parameters="$4" 'BEGIN {
        match(row, /locals [0-9.]+/); l = substr(row, RSTART + 7, RLENGTH - 7)
        match(row, /parameters [0-9.]+/); p = substr(row, RSTART + 11, RLENGTH - 11)
        exit !(l + 0 >= locals && p + 0 >= parameters)
    }' || {
        echo "$name: less than $3 % of the locals or $4 % of the parameters" >&2
        failed=1
    }
}

if (($#)); then
    for file in "$@"; do
        coverage "$file" "$file" 0 0
    done
    exit 0
fi

fetch_redis
build_redis redis-gcc-O2-dwarf5 gcc 2 5
build_redis redis-clang-O2-dwarf5 clang 2 5
coverage "redis, gcc -O2" "$work/redis-gcc-O2-dwarf5" 99.6 99.2
coverage "redis, clang -O2" "$work/redis-clang-O2-dwarf5" 99.6 99.4
find_libc
coverage "the C library" "$debug_of_libc" 99.8 99.4 "$library"
write_format
g++ -std=c++17 -O2 -g -DFMT_HEADER_ONLY -o "$work/format-gcc" "$work/format.cpp"
coverage "libfmt, g++ -O2" "$work/format-gcc" 99.4 98.4
clang++ -std=c++17 -O2 -g -DFMT_HEADER_ONLY -o "$work/format-clang" "$work/format.cpp"
coverage "libfmt, clang++ -O2" "$work/format-clang" 99.5 98.6
rustc -g -O -o "$work/rust" "$tests/Programs/basket.rs"
coverage "Rust -O" "$work/rust" 99.9 99.8
go build -o "$work/go" "$tests/Programs/basket.go"
coverage "Go" "$work/go" 99.7 99.7
exit "$failed"
