#!/usr/bin/python3
"""Names lines of documents with more than 120 characters, but for tables, code, images and words that cannot be wrapped."""
import re
import subprocess
import sys

LONGEST = 120


def too_long(path):
    in_code = False
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            text = line.rstrip("\n")
            if text.lstrip().startswith("```"):
                in_code = not in_code
            elif not in_code and len(text) > LONGEST and not exempt(text):
                yield f"{path}:{number}: {len(text)} characters"


def exempt(text):
    # One word may be longer than the line: a link, or what stands between backticks.
    words = re.sub(r"`+[^`]*`+|\[[^\]]*\]\([^)]*\)", lambda match: match.group().replace(" ", "_"), text).split()
    return text.startswith(("|", "    ", "![")) or len(" ".join(words[:2])) > LONGEST


def main():
    names = subprocess.run(["git", "ls-files", "-z", "*.md"], check=True, capture_output=True, text=True).stdout
    found = [problem for name in names.split("\0") if name for problem in too_long(name)]
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(1 if found else 0)


main()
