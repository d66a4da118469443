#!/usr/bin/python3
"""verify.py KIND CALLS FILE: every call of numbers.c is in FILE exactly once, with every value as it was."""
import json
import sys

TEXT = 'a "b" \\ {c} \t\u00e9\u20ac \U0001f600 \ufffd.'
INSIDE = "nul\ufffdinside"


def same(value):
    return value


def whole(value):
    # A JSON number, not a text and not a float.
    assert type(value) is int, value
    return value


def otlp(record):
    attributes = record["attributes"]

    def integer(name):
        return int(attributes[name]["int"])

    assert record["resource"]["service.name"] == "traceagent", record
    assert record["level"] == "Information" and record["severity"] == 9, record
    assert len(record["time"]) == 19, record
    assert attributes["code.function.name"] == "take" and attributes["thread.name"] == "numbers", record
    assert attributes["process.executable.path"].endswith("/numbers"), record
    assert integer("process.pid") == integer("thread.id") and integer("traceagent.duration_ns") > 0, record
    assert attributes["traceagent.labels.team"] == "payments" and attributes["traceagent.event"] == "call", record
    return {
        "rule": attributes["traceagent.rule"],
        "message": record["body"],
        "number": integer("traceagent.args.number"),
        "high": attributes["traceagent.args.high"],
        "low": integer("traceagent.args.low"),
        "text": attributes["traceagent.args.text"],
        "inside": attributes["traceagent.args.inside"],
    }


def clef(record, number=whole):
    args = record["args"]
    assert record["symbol"] == "take" and record["comm"] == "numbers" and record["labels"]["team"] == "payments", record
    assert len(record["@t"]) == 30 and number(record["duration_ns"]) > 0 and number(record["pid"]) > 0, record
    return {
        "rule": record["rule"],
        "message": record["@m"],
        "number": number(args["number"]),
        "high": args["high"],
        "low": number(args["low"]),
        "text": args["text"],
        "inside": args["inside"],
    }


def journal(record):
    def text(name):
        # journalctl shows what is not printable as an array of bytes.
        value = record[name]
        return bytes(value).decode() if isinstance(value, list) else value

    assert text("TRACEAGENT_SYMBOL") == "take" and text("SYSLOG_IDENTIFIER") == "traceagent", record
    return {
        "rule": text("TRACEAGENT_RULE"),
        "message": text("MESSAGE"),
        "number": int(text("TRACEAGENT_ARG_NUMBER")),
        "high": text("TRACEAGENT_ARG_HIGH"),
        "low": int(text("TRACEAGENT_ARG_LOW")),
        "text": text("TRACEAGENT_ARG_TEXT"),
        "inside": text("TRACEAGENT_ARG_INSIDE"),
    }


KINDS = {
    "clef": (clef, lambda record: record["event"]),
    # syslog-ng's format-json makes every number a text.
    "syslog-ng": (lambda record: clef(record, int), lambda record: record["event"]),
    "otlp": (otlp, lambda record: record["attributes"]["traceagent.event"]),
    "journal": (journal, lambda record: record["TRACEAGENT_EVENT"]),
}


def main():
    kind, calls, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    read, event = KINDS[kind]
    seen = set()
    with open(path, encoding="utf-8", newline="\n") as file:
        for line in file:
            assert "\0" not in line and "\\u0000" not in line, line
            record = json.loads(line)
            if event(record) == "agent":
                continue
            got = read(record)
            number = got["number"]
            assert number not in seen, f"{number} came twice"
            seen.add(number)
            expected = {
                "rule": "numbers",
                "message": f"{number} is {TEXT}",
                "number": number,
                # All are above what a signed number holds, and so are texts.
                "high": str(2**64 - 1 - number),
                "low": -(2**63) + number,
                "text": TEXT,
                "inside": INSIDE,
            }
            assert got == expected, f"{got}\ninstead of\n{expected}"
    missing = sorted(set(range(1, calls + 1)) - seen)
    assert not missing, f"{len(missing)} of {calls} are missing, the first is {missing[0]}"
    assert len(seen) == calls, f"{len(seen)} instead of {calls}"


try:
    main()
except AssertionError as problem:
    sys.exit(f"verify {sys.argv[1]}: {problem}")
