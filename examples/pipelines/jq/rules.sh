#!/bin/sh
# How many lines each rule has in the agent's files. Reads one line at a time, so that size does not matter.
exec jq -rn 'reduce (inputs | select(.event != "agent")) as $line ({}; .[$line.rule] += 1) | to_entries[] | "\(.value)\t\(.key)"' "$@"
