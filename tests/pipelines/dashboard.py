#!/usr/bin/env python3
"""dashboard.py URL DASHBOARD: asks a Prometheus for what each panel shows; fails unless each but those of packets shows something."""
import json
import sys
import urllib.parse
import urllib.request

url, path = sys.argv[1:]
VARIABLES = {"$instance": ".*", "$rule": ".*", "$__rate_interval": "10s"}
asked = 0
row = None
for panel in json.load(open(path, encoding="utf-8"))["panels"]:
    row = panel["title"] if panel["type"] == "row" else row
    for target in panel.get("targets", []):
        expression = target["expr"]
        for name, value in VARIABLES.items():
            expression = expression.replace(name, value)
        query = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(f"{url}/api/v1/query?{query}", timeout=10) as answer:
            result = json.load(answer)["data"]["result"]
        asked += 1
        if not result and row != "Packets":
            sys.exit(f"{panel['title']}: nothing for {expression}")
if asked < 15:
    sys.exit(f"only {asked} expressions")
