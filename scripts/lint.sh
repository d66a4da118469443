#!/usr/bin/env bash
# Says what shellcheck warns of in the scripts of this repository, but for those that traced shells run as their work; nothing, when it is content.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files -z '*.sh' '*.bash' '*.postrm' .ci/run ':!tests/TraceAgent.*' | xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR:. --severity=warning
