#!/usr/bin/env bash
# Reports what shellcheck warns of in the scripts of this repository, but for those that traced shells run as their work,
# lines of documents that are too long, and documentation comments that are fragments. Prints nothing when all is well.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
status=0
git ls-files -z '*.sh' '*.bash' '*.postrm' .ci/run ':!tests/TraceAgent.*' |
    xargs -0 shellcheck --external-sources --source-path=SCRIPTDIR:. --severity=warning || status=1
scripts/lint-documents.py || status=1
scripts/lint-comments.py || status=1
exit "$status"
