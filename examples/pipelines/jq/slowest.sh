#!/bin/sh
# The ten slowest calls in the agent's files, slowest first: duration, rule, message.
# jq 1.6 reads numbers as doubles: identifiers above 2^53 lose their last digits there; jq 1.7 keeps them.
exec jq -rs 'map(select(.event == "call")) | sort_by(-.duration_ns)[:10][] | "\(.duration_ns) ns\t\(.rule)\t\(.["@m"])"' "$@"
