#!/usr/bin/env bash
# man.sh PAGE TRACEAGENT: prints a manual page, traceagent.8 or traceagent-rules.5. What the commands do and take is what their
# --help says; what rules are is what docs/rules.md and docs/packets.md say.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
page=$1
agent=$2
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

document() { "$root/packaging/man/from-markdown.py" "$root/docs/$1.md"; }

text=$(<"$root/packaging/man/$page.in")
text=${text//@VERSION@/$version}
text=${text//@DATE@/$(date --utc --date="@$SOURCE_DATE_EPOCH" +%F)}
while IFS= read -r line; do
    case $line in
        @COMMANDS@)
            for command in $(commands); do
                printf '.SS %s\n' "$command"
                "$agent" "$command" --help | formatted
            done
            ;;
        @RULES@) document rules ;;
        # Its sections are below one of the page.
        @PACKETS@) document packets | sed 's/^\.SH /.SS /' ;;
        *) printf '%s\n' "$line" ;;
    esac
done <<<"$text"
