#!/usr/bin/env bash
# count.sh LOG NAME: shows the checks that LOG tells of, and their sum; fails when one has failed.
set -euo pipefail
log=$1
grep -E '^(ok|not ok|#) ' "$log" | tr -d '\r' || true
passed=$(grep -c '^ok ' "$log" || true)
failed=$(grep -c '^not ok ' "$log" || true)
# A check whose line is missing has failed, too.
expected=$(sed -n 's/^the end of \([0-9]*\) checks.*/\1/p' "$log" | paste -sd +)
if ((passed + failed != ${expected:-0})); then
    tail -n 30 "$log"
    failed=$((failed + 1))
fi
echo "$2: $passed passed, $failed failed"
((failed == 0 && passed > 0))
