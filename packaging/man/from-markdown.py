#!/usr/bin/python3
"""from-markdown.py FILE…: prints documents as the body of a manual page, man(7).

Headings become sections, rows of tables tagged paragraphs, links their text. The first heading of each file and what
stands before the first section are left out but for the text: the page has its own NAME.
"""
import re
import sys


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("~", "\\(ti").replace("^", "\\(ha").replace("`", "\\(ga")
    return text.replace("'", "\\(aq").replace('"', "\\(dq")


def inline(text):
    """Code and strong text are bold; a link is its text, and a reference to another place says so."""
    text = re.sub(r": \[([^\]`]*)\]\(#[^)]*\)", r": see \1", text)
    text = re.sub(r": \[[^\]]*\]\(([\w-]+\.md)[^)]*\)", r": see `\1`", text)
    text = re.sub(r"\[((?:`[^`]*`|[^\]`])*)\]\([^)]*\)", r"\1", text)
    out = []
    for part in re.split(r"(`[^`]*`|\*\*[^*]*(?:`[^`]*`[^*]*)*\*\*|\*[^*\s][^*]*\*)", text):
        if re.fullmatch(r"`[^`]*`", part):
            out.append(f"\\fB{escaped(part[1:-1])}\\fR")
        elif part.startswith("**") and part.endswith("**") and len(part) > 4:
            out.append(f"\\fB{escaped(part[2:-2].replace('`', ''))}\\fR")
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            out.append(f"\\fI{escaped(part[1:-1])}\\fR")
        else:
            out.append(escaped(part))
    return "".join(out)


def line(text):
    text = inline(text)
    return "\\&" + text if text.startswith((".", "\\(aq")) else text


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row.strip())[1:-1]]


def table(rows):
    head = cells(rows[0])
    for row in rows[2:]:
        values = cells(row)
        yield ".TP"
        yield line(values[0])
        rest = []
        for name, value in zip(head[1:], values[1:]):
            if not value:
                continue
            name = name.strip("`* ")
            rest.append(value if len(head) == 2 or name == head[1] else f"{name[:1].upper()}{name[1:]}: {value}")
        # A sentence for each cell.
        yield line(" ".join(text if text.endswith((".", ":", "!", "?")) else text + "." for text in rest) or "\\ ")
    yield ".PP"


def paragraphs(text):
    block, fence = [], False
    for raw in text.splitlines() + [""]:
        if raw.lstrip().startswith("```"):
            if block and not fence:
                yield "text", block
                block = []
            elif fence:
                yield "code", block
                block = []
            fence = not fence
        elif fence:
            block.append(raw)
        elif not raw.strip():
            if block:
                yield "text", block
                block = []
        elif raw.startswith("#"):
            if block:
                yield "text", block
                block = []
            yield "heading", [raw]
        else:
            if block and re.match(r" *([-*]|\d+\.) ", raw) and not raw.startswith("    "):
                yield "text", block
                block = []
            block.append(raw)


def body(text):
    in_list = False
    for kind, block in paragraphs(text):
        if kind == "heading":
            marks, title = block[0].split(" ", 1)
            in_list = False
            if len(marks) == 1:
                continue
            yield f'.SH "{escaped(title.upper())}"' if len(marks) == 2 else f'.SS "{escaped(title)}"'
        elif kind == "code" or all(row.startswith("    ") for row in block) and not in_list:
            rows = block if kind == "code" else [row[4:] for row in block]
            yield from (".PP", ".RS 4", ".EX")
            yield from ("\\&" + escaped(row) for row in rows)
            yield from (".EE", ".RE")
        elif block[0].startswith("|"):
            yield from table(block)
        else:
            item = re.match(r" *([-*]|\d+\.) (.*)", block[0])
            if item:
                mark = "\\(bu" if item.group(1) in "-*" else escaped(item.group(1))
                yield f".IP {mark} 4"
                yield line(" ".join([item.group(2), *(row.strip() for row in block[1:])]))
                in_list = True
            else:
                yield ".PP"
                yield line(" ".join(row.strip() for row in block))
                in_list = False


for name in sys.argv[1:]:
    with open(name, encoding="utf-8") as file:
        print("\n".join(body(file.read())))
