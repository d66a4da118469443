#!/bin/bash
# scratch.sh PROGRAM [ARGUMENT…]: runs it as root on a copy of this system that is gone afterwards. Processes and the network
# are those of the system itself.
set -euo pipefail
if [[ ${1:-} != --inside ]]; then
    exec unshare --mount --propagation private "$0" --inside "$@"
fi
shift
layer=$(mktemp -d)
mount -t tmpfs none "$layer"
mkdir "$layer"/{changes,work,system}
mount -t overlay -o "lowerdir=/,upperdir=$layer/changes,workdir=$layer/work" overlay "$layer/system"
for folder in proc sys dev; do
    mount --rbind "/$folder" "$layer/system/$folder"
done
# No service of the system is to be found in the copy.
mount -t tmpfs none "$layer/system/run"
status=0
chroot "$layer/system" "$@" || status=$?
umount -R "$layer/system" "$layer"
rmdir "$layer"
exit "$status"
