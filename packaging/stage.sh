#!/usr/bin/env bash
# stage.sh FOLDER: puts everything that a package holds below FOLDER, as it would be below /.
# UNITS: where units of systemd go. ZSH: where functions for zsh go.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/version.sh"
to=$1
packaging=$root/packaging
agent=${TRACEAGENT_BINARY:-$root/out/traceagent}
units=${UNITS:-/usr/lib/systemd/system}
zsh=${ZSH:-/usr/share/zsh/site-functions}
doc=$to/usr/share/doc/traceagent

[[ -x $agent ]] || { echo "$agent is missing: run 'make build'" >&2; exit 1; }
built=$("$agent" --version)
[[ ${built%%+*} == "$version" ]] || { echo "$agent is version $built, not $version: run 'make build'" >&2; exit 1; }

install -D -m 755 "$agent" "$to/usr/bin/traceagent"
install -D -m 644 "$packaging/agent.yaml" "$to/etc/traceagent/agent.yaml"
install -d -m 755 "$to/etc/traceagent/rules.d"
install -D -m 644 "$packaging/systemd/traceagent.service" "$to$units/traceagent.service"
install -D -m 644 "$packaging/systemd/sysusers.conf" "$to/usr/lib/sysusers.d/traceagent.conf"
install -D -m 644 "$packaging/completion.bash" "$to/usr/share/bash-completion/completions/traceagent"
install -D -m 644 "$packaging/completion.zsh" "$to$zsh/_traceagent"
install -D -m 644 "$packaging/completion.fish" "$to/usr/share/fish/vendor_completions.d/traceagent.fish"
for page in traceagent.8 traceagent-rules.5; do
    folder=$to/usr/share/man/man${page##*.}
    install -d -m 755 "$folder"
    "$packaging/man.sh" "$page" "$agent" >"$folder/$page"
done

# The schema stays where the first line of each example looks for it.
install -D -m 644 -t "$doc" "$root/README.md" "$root/SECURITY.md" "$root/THIRD-PARTY-NOTICES"
install -D -m 644 -t "$doc/docs" "$root"/docs/*.md "$root"/docs/*.svg
install -D -m 644 -t "$doc/docs/recipes" "$root"/docs/recipes/*.md
install -D -m 644 -t "$doc/schemas" "$root"/schemas/*.json
install -D -m 644 -t "$doc/examples/systemd" "$packaging/systemd/without-sys-admin.conf" "$packaging/systemd/with-packet-rules.conf"
# By name: what people compile and log beside the examples stays behind.
(cd "$root" && find examples -type f \( -name '*.yaml' -o -name '*.md' -o -name '*.txt' -o -name '*.c' -o -name '*.sh' -o -path 'examples/pipelines/*' \)) |
    while read -r file; do
        [[ -x $root/$file ]] && mode=755 || mode=644
        install -D -m "$mode" "$root/$file" "$doc/$file"
    done
