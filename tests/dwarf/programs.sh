# shellcheck shell=bash disable=SC2034 # used by those who source this
# The programs with debug information that scripts of this folder read. To be sourced.
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
root=$PWD
tests=$root/tests/TraceAgent.Dwarf.Tests
dump=$tests/bin/Release/net10.0/TraceAgent.Dwarf.Tests.dll
work=${DWARF_WORK:-$root/out/dwarf}
mkdir -p "$work"

# The source of redis, as this system's archive has it: with lists of our own, which leave the system's alone.
fetch_redis() {
    [[ -d $work/redis ]] && return
    local apt=$work/apt
    mkdir -p "$apt/parts" "$apt/lists/partial"
    if compgen -G '/etc/apt/sources.list.d/*.sources' >/dev/null; then
        cat /etc/apt/sources.list.d/*.sources | sed 's/^Types:.*/Types: deb-src/' >"$apt/parts/source.sources"
    fi
    if [[ -s /etc/apt/sources.list ]]; then
        sed 's/^deb /deb-src /' /etc/apt/sources.list >"$apt/parts/source.list"
    fi
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists")
    (cd "$apt" && apt-get "${options[@]}" update && apt-get "${options[@]}" source redis) >&2
    mv "$apt"/redis-[0-9]*[0-9]/ "$work/redis"
}

build_redis() {
    local name=$1 compiler=$2 level=$3 version=$4
    [[ -e $work/$name ]] && return
    rm -rf "$work/build"
    cp -r "$work/redis" "$work/build"
    make -C "$work/build" -j "$(nproc)" MALLOC=libc CC="$compiler" OPTIMIZATION="-O$level" CFLAGS="-gdwarf-$version" \
        DEBUG="-g -gdwarf-$version" redis-server >"$work/$name.log" 2>&1
    cp "$work/build/src/redis-server" "$work/$name"
}

# The C library, and its debug file.
find_libc() {
    local id
    library=$(ldconfig -p | sed -nE 's/^\s*libc\.so\.6 \(libc6,x86-64\) => //p' | head -n 1)
    id=$(readelf -n "$library" | sed -nE 's/^ *Build ID: //p')
    debug_of_libc=/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug
}

# A program with libfmt.
write_format() {
    cat >"$work/format.cpp" <<'C'
#include <fmt/format.h>
#include <map>
int main(int argc, char **argv)
{
    std::map<std::string, double> prices{ { argv[0], argc * 1.5 } };
    for (auto &[name, price] : prices)
        fmt::print("{} {:.2f}\n", name, price);
}
C
}
