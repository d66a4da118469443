# Runs as the traced shell itself.
fib() { local n=$1; ((n < 2)) && { echo "$n"; return; }; echo $(($(fib $((n - 1))) + $(fib $((n - 2))))); }
declare -A words
while read -r word count; do words[$word]=$((${words[$word]:-0} + count)); done <<'TEXT'
apple 3
pear 4
apple 5
quince 1
TEXT
for word in $(printf '%s\n' "${!words[@]}" | sort); do printf '%-8s|%05d|%x\n' "$word" "${words[$word]}" "${words[$word]}"; done
echo "fib $(fib 8)"
text="The quick brown fox"
[[ $text =~ (q[a-z]+)\ (b[a-z]+) ]] && echo "${BASH_REMATCH[1]^^} ${BASH_REMATCH[2]/o/0} ${#text} ${text//o/_} ${text:4:5}"
trap 'echo "signal $?"' USR1
kill -USR1 $$
trap 'echo leaving' EXIT
sum=0
for ((i = 0; i < 2000; i++)); do ((sum += i * i % 7)); done
echo "sum $sum"
mapfile -t lines < <(for i in {1..50}; do echo "line $i"; done)
echo "${#lines[@]} ${lines[49]} ${lines[@]:10:3}"
(echo sub; exit 3) || echo "status $?"
case $text in The*fox) echo match ;; *) echo none ;; esac
for file in /etc/pass?d /etc/no-such-*; do echo "$file"; done
eval "$(printf 'made_%s() { echo "made %s"; }\n' a 1 b 2)"
made_a; made_b
printf '%s\n' {a..e}{1..3} | while read -r x; do echo -n "$x,"; done; echo
echo $((0x1f + 017 ** 2 - 5 % 3 << 2)) $(("RANDOM" >= 0))
cat <(echo here) - <<<"string"
exec 5>&1; echo "through five" >&5
false | true; echo "${PIPESTATUS[@]}"
unset nothing; echo "${nothing:-default} ${nothing-}" "${text@Q}"
command no-such-command 2>/dev/null; echo "status $?"
exit 7
