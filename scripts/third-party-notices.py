#!/usr/bin/python3
"""Prints THIRD-PARTY-NOTICES: what the packages and their executable hold of others, with its licenses.

What is linked is what src/TraceAgent/packages.lock.json lists; copyrights and license texts are read from the package
folder and from the licenses that Debian installs. --write writes the file, --check compares it.
"""
import html
import json
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "THIRD-PARTY-NOTICES"
PACKAGES = Path(os.environ.get("NUGET_PACKAGES", Path.home() / ".nuget/packages"))
COMMON = Path("/usr/share/common-licenses")
LIBBPF = Path("/usr/share/doc/libbpf-dev/copyright")
RULE = "=" * 100

# These run while the executable is built, and are no part of it.
TOOLS = re.compile(r"^(runtime\..*\.)?Microsoft\.DotNet\.ILCompiler$|^Microsoft\.NET\.ILLink\.Tasks$|Analyzers$")


def linked():
    lock = json.loads((ROOT / "src/TraceAgent/packages.lock.json").read_text())
    found = {}
    for packages in lock["dependencies"].values():
        for name, package in packages.items():
            if package["type"] != "Project" and not TOOLS.search(name):
                found[name] = package["resolved"]
    return sorted(found.items(), key=lambda item: item[0].lower())


def runtime():
    """The folder of the runtime that NativeAOT links: its version is that of its compiler."""
    lock = json.loads((ROOT / "src/TraceAgent/packages.lock.json").read_text())
    version = next(p["Microsoft.DotNet.ILCompiler"]["resolved"] for p in lock["dependencies"].values()
                   if "Microsoft.DotNet.ILCompiler" in p)
    return version, PACKAGES / "microsoft.netcore.app.runtime.nativeaot.linux-x64" / version


def described(name, version):
    spec = (PACKAGES / name.lower() / version / f"{name.lower()}.nuspec").read_text(encoding="utf-8-sig")

    def field(pattern):
        match = re.search(pattern, spec, re.S)
        return html.unescape(match.group(1)).strip() if match else None

    license_name = field(r'<license type="expression">(.*?)</license>') or sys.exit(f"{name} {version} names no license")
    owner = field(r"<copyright>(.*?)</copyright>") or "Copyright " + re.sub(r" *<.*?>", "", field(r"<authors>(.*?)</authors>"))
    return f"{name} {version}\n    {field(r'<projectUrl>(.*?)</projectUrl>') or ''}\n    {owner}\n    {license_name}", license_name


def without_owner(text, first):
    """A license from where its conditions begin."""
    return text[text.index(first):].strip()


def deb_license(name):
    text = LIBBPF.read_text()
    part = re.search(rf"^License: +{re.escape(name)}\n((?: .*\n?)+)", text, re.M).group(1)
    return "\n".join("" if line == " ." else line[1:] for line in part.splitlines())


def notices():
    version, folder = runtime()
    third = (folder / "THIRD-PARTY-NOTICES.TXT").read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    mit = (folder / "LICENSE.TXT").read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    google = re.search(r"(Redistribution and use in source and binary forms.*?Neither the name of Google Inc\..*?"
                       r"POSSIBILITY OF SUCH\s+DAMAGE\.)", third[third.index("Copyright (c) 2011, Google Inc."):], re.S).group(1)
    texts = {
        "MIT": without_owner(mit, "Permission is hereby granted"),
        "Apache-2.0": (COMMON / "Apache-2.0").read_text().strip(),
        "BSD-3-Clause": re.sub(r"(?m)^ {4}(?=\S)", "  ", google),
    }
    yield "THIRD-PARTY NOTICES OF TRACEAGENT\n"
    yield ("TraceAgent is under the MIT license (LICENSE). Its executable and its packages also hold what follows, each part\n"
           "under its own license. scripts/third-party-notices.py makes this file.\n")
    used = set()
    for name, number in linked():
        text, license_name = described(name, number)
        used.add(license_name)
        yield text + "\n"
    yield (f".NET runtime {version} (NativeAOT)\n    https://github.com/dotnet/runtime\n"
           "    Copyright (c) .NET Foundation and Contributors\n    MIT; parts of others are at the end of this file\n")
    owners = re.search(r"^Files: +\*\nCopyright: (.*?)^License:", LIBBPF.read_text(), re.S | re.M).group(1)
    yield ("libbpf headers (bpf_helpers.h, bpf_core_read.h and others, compiled into the BPF programs of bpf/)\n"
           "    https://github.com/libbpf/libbpf\n"
           + "".join(f"    Copyright {line.strip()}\n" for line in owners.strip().splitlines())
           + "    LGPL-2.1 OR BSD-2-Clause, used here under BSD-2-Clause\n")
    yield ("Linux kernel headers (linux/bpf.h, linux/types.h, linux/if_ether.h, compiled into the BPF programs of bpf/)\n"
           "    https://kernel.org\n    GPL-2.0 WITH Linux-syscall-note\n")
    yield "BPF programs of TraceAgent itself (bpf/*.bpf.c, embedded in the executable)\n    GPL-2.0\n"
    for license_name in sorted(used):
        yield f"{RULE}\n{license_name}\n{RULE}\n\n{texts[license_name]}\n"
    yield f"{RULE}\nBSD-2-Clause (libbpf)\n{RULE}\n\n{deb_license('BSD-2-Clause')}\n"
    note = deb_license("GPL-2 with Linux-syscall-note exception").split("\n\nThis program is free software")[0]
    yield f"{RULE}\nLinux-syscall-note\n{RULE}\n\n{note}\n"
    yield f"{RULE}\nGPL-2.0\n{RULE}\n\n{(COMMON / 'GPL-2').read_text().strip()}\n"
    yield f"{RULE}\nOf the .NET runtime's own third parties\n{RULE}\n\n{third.strip()}\n"


def main():
    text = "\n".join(notices())
    text = "\n".join(line.rstrip() for line in text.split("\n"))
    if sys.argv[1:] == ["--write"]:
        TARGET.write_text(text)
    elif sys.argv[1:] == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.exit("THIRD-PARTY-NOTICES is not up to date: scripts/third-party-notices.py --write")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
