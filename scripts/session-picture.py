#!/usr/bin/python3
"""Draws a terminal session as SVG: text on standard input, SVG on standard output; --text FILE prints the text of an SVG."""
import html
import re
import sys

COLUMNS = 120
WIDTH, HEIGHT, MARGIN, BAR = 7.8, 17, 16, 28
PROMPT, COMMAND, COMMENT, ERROR, PLAIN = "#7ee787", "#ffffff", "#8b949e", "#ff7b72", "#c9d1d9"


def rows(text):
    """Lines as a terminal of COLUMNS columns wraps them: the text, and whether it goes on from the row before."""
    for line in text.rstrip("\n").split("\n"):
        for start in range(0, max(len(line), 1), COLUMNS):
            yield line[start:start + COLUMNS], start > 0


def spans(row, is_command):
    if row.startswith("$ "):
        yield "$ ", PROMPT
        row, is_command = row[2:], True
    if is_command:
        code, comment = re.match(r"(.*?)(   # .*)?$", row).groups()
        yield code, COMMAND
        if comment:
            yield comment, COMMENT
        return
    error = re.search(r"error TA\d+:|\^\^+.*", row)
    if error:
        yield row[:error.start()], PLAIN
        yield error.group(), ERROR
        row = row[error.end():]
    yield row, PLAIN


def draw(text):
    lines = list(rows(text))
    width, height = int(COLUMNS * WIDTH + 2 * MARGIN), int(len(lines) * HEIGHT + 2 * MARGIN + BAR)
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    yield "<!-- made by scripts/record-session.sh -->"
    yield f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>'
    for i, colour in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")):
        yield f'<circle cx="{MARGIN + 4 + i * 20}" cy="18" r="6" fill="{colour}"/>'
    yield '<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,DejaVu Sans Mono,monospace" font-size="13" xml:space="preserve">'
    is_command = False
    for i, (row, goes_on) in enumerate(lines):
        is_command = row.startswith("$ ") or (goes_on and is_command)
        parts = "".join(f'<tspan fill="{colour}">{html.escape(part, quote=False)}</tspan>'
                        for part, colour in spans(row, is_command) if part)
        mark = ' class="goes-on"' if goes_on else ""
        yield f'<text{mark} x="{MARGIN}" y="{MARGIN + BAR + (i + 1) * HEIGHT - 5}">{parts}</text>'
    yield "</g>\n</svg>"


def text_of(svg):
    text = ""
    for mark, parts in re.findall(r"<text( class=\"goes-on\")?[^>]*>(.*?)</text>", svg):
        text += ("" if mark else "\n") + html.unescape(re.sub(r"<[^>]*>", "", parts))
    return text[1:]


if sys.argv[1:2] == ["--text"]:
    with open(sys.argv[2], encoding="utf-8") as file:
        print(text_of(file.read()))
else:
    print("\n".join(draw(sys.stdin.read())))
