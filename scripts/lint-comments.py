#!/usr/bin/python3
"""Names documentation comments of src/ whose summary or parameter begins with a word that needs the declaration to be understood,
such as a preposition or a bare "Null", and parameters that the declaration does not have."""
import re
import subprocess
import sys

FRAGMENTS = set(
    "Above After Also Among And As At Because Before Behind Below Beside Between But By For From If In Its Never Not Null Of On Only "
    "How Or Over Since So Such Than That Their Those Through To Under Until What When Where Whether Which While Who Whom Whose With "
    "Without".split()
)
ELEMENT = re.compile(r"<(summary|param)\b(?: name=\"(\w+)\")?[^>]*>\s*(.*?)</\1>", re.DOTALL)
LINES_OF_A_SIGNATURE = 25


def blocks(lines):
    """Yields each run of /// lines with its number and the declaration that follows."""
    start = None
    for number, line in enumerate(lines):
        is_comment = line.lstrip().startswith("///")
        if is_comment and start is None:
            start = number
        elif not is_comment and start is not None:
            text = "\n".join(one.strip()[3:].strip() for one in lines[start:number])
            yield start + 1, text, " ".join(lines[number : number + LINES_OF_A_SIGNATURE])
            start = None


def problems(path):
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    for number, text, declaration in blocks(lines):
        for tag, name, content in ELEMENT.findall(text):
            first = re.match(r"[A-Za-z]+", content)
            if first and first.group() in FRAGMENTS:
                shown = " ".join(content.split())[:80]
                yield f"{path}:{number}: <{tag}> begins with '{first.group()}': {shown}"
            if name and not re.search(rf"\b{name}\b", declaration):
                yield f"{path}:{number}: there is no parameter '{name}'"


def main():
    names = subprocess.run(["git", "ls-files", "-z", "src/*.cs"], check=True, capture_output=True, text=True).stdout
    found = [problem for name in names.split("\0") if name for problem in problems(name)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
