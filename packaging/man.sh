#!/usr/bin/env bash
# man.sh TRACEAGENT: prints the manual page traceagent(8). What the commands do and take is what their --help says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
agent=$1
export NO_COLOR=1

# Help of one command as man(7): sections are paragraphs, "  NAME  TEXT" lines are tagged paragraphs.
formatted() {
    awk '
        function plain(text) {
            gsub(/\\/, "\\e", text)
            gsub(/-/, "\\-", text)
            return text ~ /^[.\x27]/ ? "\\&" text : text
        }
        /^[A-Z][a-z]+:$/ { section = $1; if (section !~ /Description|Usage/) print ".PP\n" plain(section); next }
        /^$/ { next }
        section == "Description:" { sub(/^ +/, ""); print plain($0); next }
        section == "Usage:" { sub(/^ +/, ""); print ".PP\n.B " plain($0); next }
        {
            sub(/^ +/, "")
            at = match($0, /  +/)
            print ".TP\n.B " plain(at ? substr($0, 1, at - 1) : $0)
            if (at) print plain(substr($0, at + RLENGTH))
        }'
}

commands() { "$agent" --help | sed -n '/^Commands:/,$s/^  \([a-z][a-z-]*\) .*/\1/p'; }

page=$(<"$root/packaging/man/traceagent.8.in")
page=${page//@VERSION@/$version}
page=${page//@DATE@/$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)}
while IFS= read -r line; do
    if [[ $line != @COMMANDS@ ]]; then
        printf '%s\n' "$line"
        continue
    fi
    for command in $(commands); do
        printf '.SS %s\n' "$command"
        "$agent" "$command" --help | formatted
    done
done <<<"$page"
