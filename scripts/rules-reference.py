#!/usr/bin/env python3
"""Prints docs/rules-reference.md, made of schemas/rules.schema.json; with --write writes it, with --check compares it."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schemas/rules.schema.json"
TARGET = ROOT / "docs/rules-reference.md"
MAX_WORDS = 16
WIDTH = 120

HEAD = """# Reference of the rule language

`scripts/rules-reference.py` makes this page from the [schema](../schemas/rules.schema.json).
[Rules](rules.md) explains what the keys do together, and why.

A file is a mapping with `rules`, a list of rules; or `packets`, a list of [packet rules](#packet-rules); or both.
Every rule has {required}, and exactly one of {one_of}.
"""

PACKETS = """## Packet rules

Every packet rule has {required}, and at least one of {any_of}.
[Packet rules](packets.md) explains what the keys do together.
"""

# What a pattern means, where words say it better.
PATTERNS = {
    "^[A-Za-z_][A-Za-z0-9_]{0,62}$": "a name",
    "^[0-9a-f]{6,64}$": "6 to 64 hexadecimal digits",
}


def code(value):
    """As it would stand in a rule file."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"`{text}`" if "`" not in text else f"`` {text} ``"


def plain(text):
    """Stars and brackets of a description are no markup."""
    return re.sub(r"([*<\[])", r"\\\1", text)


def listed(values, word="or"):
    values = list(values)
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} {word} {values[-1]}"


def scalar(node, kind):
    """One plain type, with its limits."""
    lowest, highest = node.get("minimum"), node.get("maximum")
    if kind == "integer":
        if lowest is not None and highest is not None:
            return f"a number from {lowest} to {highest}"
        return "a number" if lowest is None else f"a number from {lowest}"
    if kind == "string":
        pattern = node.get("pattern")
        return PATTERNS.get(pattern, "text")
    return {"boolean": "`true` or `false`", "number": "a number", "null": "nothing"}[kind]


def words(node, definitions):
    """What a value may be, in words."""
    if "$ref" in node:
        return words(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    if "const" in node:
        return code(node["const"])
    if "enum" in node:
        shown = [code(value) for value in node["enum"]]
        return f"one of {listed(shown)}" if len(shown) > 1 else shown[0]
    return listed(choices(node, definitions))


def is_type(node):
    """The schema of a type names all of them."""
    return any(len(one.get("enum", [])) > MAX_WORDS for one in node.get("anyOf", []))


def choices(node, definitions):
    """What a value may be: one text for each possibility."""
    if "$ref" in node:
        return choices(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    if is_type(node):
        return ["a [type](rules.md#types)"]
    for choice in ("anyOf", "oneOf"):
        if choice in node:
            return list(dict.fromkeys(text for one in node[choice] for text in choices(one, definitions)))
    if "const" in node or "enum" in node:
        return [words(node, definitions)]
    kinds = node.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return [compound(node, kind, definitions) for kind in kinds] or ["any value"]


def compound(node, kind, definitions):
    if kind == "array":
        least, most = node.get("minItems"), node.get("maxItems")
        if most:
            count = f" of {least or 0} to {most}"
        else:
            count = " of at least one" if least else ""
        items = words(node["items"], definitions) if "items" in node else "any value"
        return f"a list{count}; each is {items}"
    if kind == "object":
        if "properties" in node:
            return f"a mapping with {listed(map(code, node['properties']), 'and' if node.get('required') else 'or')}"
        values = list(node.get("patternProperties", {}).values()) or [node.get("additionalProperties")]
        values = [value for value in values if isinstance(value, dict)]
        return f"a mapping of names; the value of each is {words(values[0], definitions)}" if values else "a mapping"
    return scalar(node, kind)


def wrapped(text, first="", rest=None):
    """Lines of at most WIDTH characters; what stands in code or is a link stays on one line."""
    rest = first if rest is None else rest
    lines, line, empty = [], first, True
    for word in re.findall(r"(?:`+[^`]*`+|\[[^\]]*\]\([^)]*\)|[^\s`\[]|[`\[])+", text):
        if not empty and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line, empty = rest, True
        line, empty = line + ("" if empty else " ") + word, False
    return "\n".join([*lines, line]) + "\n"


def key_section(level, path, node, required, definitions):
    target = definitions[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
    yield f"{'#' * level} `{path}`\n"
    text = plain(node.get("description", target.get("description", "")))
    yield wrapped(text if text.endswith((".", ")")) else text + ".")
    values = choices(node, definitions)
    facts = wrapped(f"**Value:** {values[0]}", "- ", "  ") if len(values) == 1 else "- **Value:** one of these\n" + "".join(
        wrapped(value, "  - ", "    ") for value in values)
    pattern = node.get("pattern")
    if pattern and pattern not in PATTERNS:
        facts += f"- **Pattern:** {code(pattern)}\n"
    if required:
        facts += "- **Required**\n"
    if "default" in node:
        facts += f"- **Default:** {code(node['default'])}\n"
    if node.get("examples"):
        facts += wrapped("**Examples:** " + " · ".join(map(code, node["examples"])), "- ", "  ")
    yield facts
    for nested in [target, *target.get("anyOf", []), *target.get("oneOf", [])]:
        for name, below in nested.get("properties", {}).items():
            yield from key_section(level + 1, f"{path}: {name}", below, name in nested.get("required", []), definitions)


def table(properties, required, prefix=""):
    """One row for each key: what it is for in a few words, and what holds without it."""
    yield "| key | what it says | default |\n|---|---|---|\n"
    for name, node in properties.items():
        text = node.get("description", "")
        first = re.match(r".*?(?:(?<!return_at)[.;:](?=\s)|[.]?$)", text).group().rstrip(".;:")
        default = "required" if name in required else code(node["default"]) if "default" in node else ""
        yield f"| [`{name}`](#{prefix}{name}) | {plain(first).replace('|', chr(92) + '|')} | {default} |\n"


def document():
    schema = json.loads(SCHEMA.read_text())
    definitions = schema["definitions"]
    rule = definitions["rule"]
    parts = [HEAD.format(
        required=listed(map(code, rule["required"]), "and"),
        one_of=listed(code(choice["required"][0]) for choice in rule["oneOf"]))]
    parts.append("".join(table(rule["properties"], rule["required"])))
    for name, key in rule["properties"].items():
        parts.extend(key_section(2, name, key, name in rule["required"], definitions))
    packets = definitions["packets"]
    parts.append(PACKETS.format(
        required=listed(map(code, packets["required"]), "and"),
        any_of=listed(code(choice["required"][0]) for choice in packets["anyOf"])))
    parts.append("".join(table(packets["properties"], packets["required"], "packets-")))
    for name, key in packets["properties"].items():
        parts.extend(key_section(3, f"packets: {name}", key, name in packets["required"], definitions))
    return "\n".join(parts)


def main(arguments):
    text = document()
    if arguments == ["--write"]:
        TARGET.write_text(text)
    elif arguments == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != text:
            sys.exit(f"{TARGET.relative_to(ROOT)} is not what the schema says: run scripts/rules-reference.py --write")
    else:
        sys.stdout.write(text)


main(sys.argv[1:])
