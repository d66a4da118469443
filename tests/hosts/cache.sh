# shellcheck shell=bash disable=SC2154 # root is set where this is read.
# Sourced. What is fetched from Debian's archive is kept beyond the repository, in `cache`, and fetched anew after a week: a
# machine that has nothing yet, or nowhere to keep it, has all of it after the first use.
cache=${TRACEAGENT_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/traceagent-tests}
mkdir -p "$cache" 2>/dev/null && [[ -w $cache ]] || cache=$root/out/hosts/cache
mkdir -p "$cache"

# fresh FILE: whether it is there and not too old.
fresh() { [[ -n $(find "$1" -mtime -7 2>/dev/null) ]]; }

# kept FILE: whether it is there at all, for when the archive is not.
kept() {
    [[ -e $1 ]] || return
    echo "hosts: the archive does not answer; $(basename "$1") is of $(date --reference "$1" +%F)" >&2
}
