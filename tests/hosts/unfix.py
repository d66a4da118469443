"""unfix.py KERNEL IMAGE: writes the kernel, unpacked, without "seccomp: passthrough uretprobe systemcall without filtering".

Debian's archive has no kernel before that fix any more, and to build one takes an hour. The fix is one comparison, in
seccomp_is_const_allow: of the system call's number with 335, and then of the architecture with AUDIT_ARCH_X86_64. The number
becomes one that no system call has.
"""

import re
import struct
import subprocess
import sys

with open(sys.argv[1], "rb") as file:
    packed = file.read()
# Linux, Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length. The payload's last four bytes are its size.
offset, length = struct.unpack_from("<II", packed, 0x248)
start = (packed[0x1F1] + 1) * 512 + offset
payload = packed[start : start + length - 4]
unpack = {b"\x28\xb5\x2f\xfd": "zstd", b"\xfd7zX": "xz"}.get(payload[:4]) or sys.exit("unfix.py: the kernel is packed in another way")
image = bytearray(subprocess.run([unpack, "-dc"], input=payload, stdout=subprocess.PIPE, check=True).stdout)

fix = re.compile(rb"(?:\x3d|\x81[\xf8-\xff])\x4f\x01\x00\x00(?=\x75.(?:\x3d|\x41?\x81[\xf8-\xff])\x3e\x00\x00\xc0)", re.DOTALL)
places = [place.end() for place in fix.finditer(image)]
if len(places) != 1:
    sys.exit(f"unfix.py: the fix was found {len(places)} times, and is expected once")
image[places[0] - 4 : places[0]] = struct.pack("<I", 0x7FFFFFFF)
with open(sys.argv[2], "wb") as file:
    file.write(image)
