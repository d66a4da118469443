cd "$WORK"
rm -rf repo
export HOME=$WORK GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=kim GIT_AUTHOR_EMAIL=kim@example.org GIT_COMMITTER_NAME=kim GIT_COMMITTER_EMAIL=kim@example.org
export GIT_AUTHOR_DATE='2026-01-01T00:00:00Z' GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
$RUN init -q -b main repo && cd repo || exit
seq 1 300 > numbers; mkdir -p a/b; echo text > a/b/file
$RUN add . && $RUN commit -qm first && sed -i 's/^7$/seven/' numbers
$RUN diff --stat; $RUN commit -qam second; $RUN checkout -q -b other HEAD~1; echo more >> a/b/file; $RUN commit -qam third
$RUN merge -q -m merged main; $RUN log --oneline --graph; $RUN status --short; $RUN rev-parse HEAD
$RUN gc -q; $RUN fsck; $RUN blame -s numbers | sed -n 7p; $RUN cat-file -p HEAD^{tree}
$RUN show no-such-thing 2>&1; echo "status $?"
