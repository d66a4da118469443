#!/usr/bin/env python3
"""Compares what our reader of debug information reads of a file with what others read of it: libdw (entries.c), llvm-dwarfdump and
readelf. Prints one row, and the first differences; exits with 1 when there are any."""

import argparse
import re
import subprocess
import sys

REGISTERS = {
    name: number
    for number, name in enumerate(
        "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15".split()
    )
}


def run(command, text=None):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    return done.stdout.splitlines()


def llvm_lines(path):
    """Every line table as llvm-dwarfdump has it, by offset, in the form of our dump."""
    tables, rows = {}, []
    version = index = 0
    for line in run(["llvm-dwarfdump", "--debug-line", path]):
        if match := re.match(r"debug_line\[0x([0-9a-f]+)\]", line):
            rows = tables.setdefault(f"{int(match[1], 16):x}", [])
        elif match := re.match(r"\s+version: (\d+)", line):
            version = int(match[1])
        elif match := re.match(r"file_names\[\s*(\d+)\]:", line):
            index = int(match[1])
        elif match := re.match(r'\s+name: "(.*)"$', line):
            rows.append(f"file {index} {match[1]}")
        elif match := re.match(r"0x([0-9a-f]+)\s+(\d+)\s+(\d+)\s+(\d+)\s+\d+\s+\d+\s*(.*)$", line):
            flags = match[5].split()
            rows.append(
                f"{int(match[1], 16):x} {match[4]}:{match[2]}:{match[3]}"
                + (" statement" if "is_stmt" in flags else "")
                + (" prologue_end" if "prologue_end" in flags else "")
                + (" end" if "end_sequence" in flags else "")
            )
    assert not tables or version
    return tables


def our_lines(dump, path, supplement):
    tables, rows = {}, []
    for line in run([*dump, "lines", path, "1", *supplement]):
        if line.startswith("table "):
            rows = tables.setdefault(line[6:], [])
        else:
            rows.append(line)
    return tables


def readelf_frames(path):
    """Rows of unwind entries: address, CFA, return address; the last where one address has several."""
    rows, is_entry = {}, False
    for line in run(["readelf", "--wide", "--debug-dump=frames-interp", path]):
        words = line.split()
        if " FDE " in line or " CIE " in line:
            is_entry = " FDE " in line
        elif is_entry and len(words) > 2 and re.fullmatch("[0-9a-f]{16}", words[0]):
            frame = re.fullmatch(r"([a-z0-9]+)([+-]\d+)", words[1])
            frame = f"{REGISTERS[frame[1]]}{frame[2]}" if frame and frame[1] in REGISTERS else words[1]
            # What is no place in memory is one to us: a probe does not unwind.
            place = words[-1] if re.fullmatch(r"c[+-]\d+", words[-1]) else "u"
            rows[f"{int(words[0], 16):x}"] = f"{frame} {place}"
    return rows


def variables(lines):
    """Each line of an entry with those of its places, which begin with a space."""
    groups = []
    for line in lines:
        if line.startswith(" ") and groups:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def without_unread(ours, theirs):
    """Leaves out of both the places of a variable from the one on that made libdw give up its list."""
    ours, theirs = variables(ours), variables(theirs)
    for one, other in zip(ours, theirs):
        if other[-1] == " unread":
            other.pop()
            del one[len(other):]
    return ["".join(group) for group in ours], ["".join(group) for group in theirs]


def differences(what, ours, theirs):
    if ours == theirs:
        return []
    found = []
    for place, (one, other) in enumerate(zip(ours, theirs)):
        if one != other:
            found.append(f"{what} {place}: ours {one!r}, theirs {other!r}")
    if len(ours) != len(theirs):
        found.append(f"{what}: ours {len(ours)}, theirs {len(theirs)}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--dump", required=True, help="TraceAgent.Dwarf.Tests.dll")
    parser.add_argument("--libdw", required=True, help="the compiled entries.c")
    parser.add_argument("--supplement", help="the file that dwz made for several; libdw finds it by itself")
    parser.add_argument("--step", type=int, default=1, help="scopes at every so many rows")
    parser.add_argument("--unwind", help="the file with the unwind entries, when it is another one")
    options = parser.parse_args()
    dump = ["dotnet", options.dump]
    supplement = [options.supplement] if options.supplement else []
    found = []

    theirs = llvm_lines(options.file)
    ours = our_lines(dump, options.file, supplement)
    lines = sum(len(rows) for rows in ours.values())
    for offset, rows in ours.items():
        found += differences(f"line table {offset}", rows, theirs.get(offset, []))

    theirs = run([options.libdw, "entries", options.file])
    ours = run([*dump, "entries", options.file, "1", *supplement])
    entries = len(ours)
    found += differences("entry", *without_unread(ours, theirs))

    theirs = set(run([options.libdw, "chains", "1", options.file]))
    ours = [line for line in run([*dump, "chains", options.file, str(options.step), *supplement]) if not line.startswith("unit")]
    found += [f"scopes: ours {line}" for line in ours if line not in theirs]
    scopes = len(ours)

    theirs = readelf_frames(options.unwind or options.file)
    addresses = list(theirs)
    ours = run([*dump, "frames", options.unwind or options.file], "\n".join(addresses))
    found += differences("row", ours, [f"{address} {theirs[address]}" for address in addresses])

    for line in found[:20]:
        print(line)
    print(f"{options.file}: {lines} line rows, {entries} entries and places, {scopes} scopes, {len(addresses)} unwind rows,"
          f" {len(found)} differences")
    return 1 if found or not lines or not entries or not scopes else 0


if __name__ == "__main__":
    sys.exit(main())
