#!/usr/bin/env python3
"""Prints docs/rules-reference.md, made of schemas/rules.schema.json; with --write writes it, with --check compares it."""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "schemas/rules.schema.json"
TARGET = ROOT / "docs/rules-reference.md"
MOST_WORDS = 16

HEAD = """# Reference of the rule language

Made from the [schema](../schemas/rules.schema.json) by `scripts/rules-reference.py`; a change goes into the tables of keys in the source.
What the keys do together, and why: [rules](rules.md).

A file is a mapping with the key `rules`, a list of rules, or `packets`, a list of [packet rules](#packet-rules), or both. Every rule has {required}, and exactly one of {one_of}.
"""

PACKETS = """## Packet rules

Every packet rule has {required}, and at least one of {any_of}. What the keys do together: [packets](packets.md).
"""


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
        return f"text that matches {code(pattern)}" if pattern else "text"
    return {"boolean": "`true` or `false`", "number": "a number", "null": "nothing"}[kind]


def words(node, definitions):
    """What a value may be, in words."""
    if "$ref" in node:
        return words(definitions[node["$ref"].rsplit("/", 1)[1]], definitions)
    if "const" in node:
        return code(node["const"])
    if "enum" in node:
        values = node["enum"]
        shown = [code(value) for value in values[:MOST_WORDS]]
        return f"{', '.join(shown)} and {len(values) - MOST_WORDS} more words" if len(values) > MOST_WORDS else f"one of {listed(shown)}" if len(shown) > 1 else shown[0]
    for choice in ("anyOf", "oneOf"):
        if choice in node:
            return "; or ".join(dict.fromkeys(words(one, definitions) for one in node[choice]))
    kinds = node.get("type", [])
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return " or ".join(compound(node, kind, definitions) for kind in kinds) or "any value"


def compound(node, kind, definitions):
    if kind == "array":
        least, most = node.get("minItems"), node.get("maxItems")
        count = f" of {least or 0} to {most}" if most else " of at least one" if least else ""
        items = words(node["items"], definitions) if "items" in node else "any values"
        return f"a list{count}, each {items}"
    if kind == "object":
        if "properties" in node:
            return f"a mapping with {listed(map(code, node['properties']), 'and' if node.get('required') else 'or')}"
        values = list(node.get("patternProperties", {}).values()) or [node.get("additionalProperties")]
        values = [value for value in values if isinstance(value, dict)]
        return f"a mapping of names, each to {words(values[0], definitions)}" if values else "a mapping"
    return scalar(node, kind)


def key_section(level, path, node, required, definitions):
    target = definitions[node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
    yield f"{'#' * level} `{path}`\n"
    yield plain(node.get("description", target.get("description", ""))) + "\n"
    rows = [("value", words(node, definitions))]
    if "default" in node:
        rows.append(("without it", code(node["default"])))
    if required:
        rows.append(("required", "yes"))
    if node.get("examples"):
        rows.append(("examples", " · ".join(map(code, node["examples"]))))
    yield "| | |\n|---|---|\n" + "".join(f"| {name} | {text.replace('|', chr(92) + '|')} |\n" for name, text in rows)
    for nested in [target, *target.get("anyOf", []), *target.get("oneOf", [])]:
        for name, below in nested.get("properties", {}).items():
            yield from key_section(level + 1, f"{path}: {name}", below, name in nested.get("required", []), definitions)


def document():
    schema = json.loads(SCHEMA.read_text())
    definitions = schema["definitions"]
    rule = definitions["rule"]
    parts = [HEAD.format(
        required=listed(map(code, rule["required"]), "and"),
        one_of=listed(code(choice["required"][0]) for choice in rule["oneOf"]))]
    names = list(rule["properties"])
    parts.append("Keys: " + " · ".join(f"[{name}](#{name})" for name in names) + "\n")
    for name in names:
        parts.extend(key_section(2, name, rule["properties"][name], name in rule["required"], definitions))
    packets = definitions["packets"]
    parts.append(PACKETS.format(
        required=listed(map(code, packets["required"]), "and"),
        any_of=listed(code(choice["required"][0]) for choice in packets["anyOf"])))
    parts.append("Keys: " + " · ".join(f"[{name}](#packets-{name})" for name in packets["properties"]) + "\n")
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
