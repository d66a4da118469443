#!/usr/bin/python3
"""Makes journal entries with fields of their own from the agent's lines (systemd.io/JOURNAL_EXPORT_FORMATS).

to-journal.py events-*.json | /lib/systemd/systemd-journal-remote --output=traceagent.journal -
journalctl --file traceagent.journal TRACEAGENT_RULE=add-num
"""
import calendar
import fileinput
import json
import struct
import sys
import time

PRIORITIES = {"Fatal": 2, "Error": 3, "Warning": 4, "Debug": 7, "Verbose": 7}


def write(name, value):
    data = str(value).encode("utf-8", "replace")
    if b"\n" in data:
        sys.stdout.buffer.write(name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n")
    else:
        sys.stdout.buffer.write(name.encode() + b"=" + data + b"\n")


def main():
    for line in fileinput.input(encoding="utf-8"):
        event = json.loads(line)
        second, fraction = event["@t"][:-1].split(".")
        microseconds = calendar.timegm(time.strptime(second, "%Y-%m-%dT%H:%M:%S")) * 1_000_000 + int(fraction[:6])
        write("__REALTIME_TIMESTAMP", microseconds)
        write("MESSAGE", event["@m"])
        write("PRIORITY", PRIORITIES.get(event.get("@l"), 6))
        write("SYSLOG_IDENTIFIER", "traceagent")
        for key in ("rule", "event", "pid", "tid", "comm", "exe", "symbol", "duration_ns"):
            if event.get(key) is not None:
                write("TRACEAGENT_" + key.upper(), event[key])
        for name, value in event.get("args", {}).items():
            write("TRACEAGENT_ARG_" + name.upper(), value if isinstance(value, str) else json.dumps(value))
        sys.stdout.buffer.write(b"\n")


main()
