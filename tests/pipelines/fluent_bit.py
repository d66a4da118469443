#!/usr/bin/python3
"""fluent_bit.py CONFIGURATION FILE…: what of the example can be judged without Fluent Bit, which no archive here has:
its parts name each other, and its parser fits the agent's lines in the FILEs."""
import fnmatch
import json
import os
import re
import sys
import time

import yaml


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        configuration = yaml.safe_load(file)
    (parser,), pipeline = configuration["parsers"], configuration["pipeline"]
    (tail,), (output,) = pipeline["inputs"], pipeline["outputs"]
    assert tail["parser"] == parser["name"] and output["match"] == tail["tag"], configuration
    assert parser["format"] == "json", parser
    # %L is Fluent Bit's own: the fraction of a second.
    seconds, after = parser["time_format"].split(".%L")
    assert after == "%z", after
    longest = int(re.fullmatch("([0-9]+)k", tail["buffer_max_size"])[1]) * 1024
    for path in sys.argv[2:]:
        assert fnmatch.fnmatch(os.path.basename(path), os.path.basename(tail["path"])), path
        with open(path, "rb") as lines:
            for line in lines:
                assert len(line) < longest, line
                whole, fraction = json.loads(line)[parser["time_key"]].split(".")
                time.strptime(whole, seconds)
                assert re.fullmatch("[0-9]{9}Z", fraction), fraction


try:
    main()
except AssertionError as problem:
    sys.exit(f"fluent_bit: {problem}")
