#!/usr/bin/env bash
# run.sh [PIPELINE…]: real consumers read what an agent writes, while its files roll under load. Every call must reach each
# of them exactly once, with all of its values. Without arguments all pipelines. Needs root, and `install-needs.sh pipelines`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
examples=$root/examples/pipelines
agent=${TRACEAGENT_BINARY:-$root/out/traceagent}
PATH="$PATH:/usr/sbin:/sbin"

every=(jq rsyslog syslog-ng otlp journald lnav node-exporter prometheus fluent-bit)
chosen=("$@")
((${#chosen[@]})) || chosen=("${every[@]}")
calls=${PIPELINE_CALLS:-10000}
per_ms=2
patience=${PIPELINE_PATIENCE:-60}

fail() { echo "pipelines: $*" >&2; exit 1; }
((EUID == 0)) || fail "needs root"
[[ -x $agent ]] || fail "$agent is missing: run 'make build'"
for name in "${chosen[@]}"; do
    [[ " ${every[*]} " == *" $name "* ]] || fail "there is no pipeline '$name'; there are: ${every[*]}"
done
has() { [[ " ${chosen[*]} " == *" $1 "* ]]; }

work=$(mktemp -d)
chmod 755 "$work"
logs=$work/log out=$work/out
mkdir "$logs" "$out"
running=()
clean_up() {
    for pid in "${running[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${running[@]}"; do wait "$pid" 2>/dev/null || true; done
    if [[ ${PIPELINE_KEEP:-} ]]; then echo "pipelines: kept $work" >&2; else rm -rf "$work"; fi
}
trap clean_up EXIT

# await WHAT COMMAND…: until the command succeeds.
await() {
    local what=$1
    shift
    for ((i = 0; i < patience * 10; i++)); do
        if "$@" >"$work/await" 2>&1; then return; fi
        sleep 0.1
    done
    tail -n 5 "$work/await" "$work"/*.err >&2 || true
    fail "waited in vain for $what"
}

# An example with the folders of this run instead of the ones of a host.
adapt() { sed -e "s|/var/log/traceagent/|$logs/|; s|\"/var/log/traceagent\"|\"$logs\"|; s|/var/log/traceagent\.|$out/$2.|" "$1"; }
free_port() { /usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
verify() { /usr/bin/python3 "$here/verify.py" "$1" "$calls" "$2"; }
lines() { (($(cat -- "$1" 2>/dev/null | wc -l) >= $2)); }

start_rsyslog() {
    { echo "global(workDirectory=\"$out\")"; adapt "$examples/rsyslog/traceagent.conf" rsyslog; } >"$work/rsyslog.conf"
    rsyslogd -N1 -f "$work/rsyslog.conf" 2>"$work/rsyslog.err" || { cat "$work/rsyslog.err" >&2; fail "rsyslog refuses the example"; }
    rsyslogd -n -f "$work/rsyslog.conf" -i "$out/rsyslog.pid" 2>"$work/rsyslog.err" &
    running+=($!)
}
check_rsyslog() {
    await "rsyslog's lines" lines "$out/rsyslog.json" "$calls"
    verify clef "$out/rsyslog.json"
    [[ ! -s $out/rsyslog.unparsed ]] || fail "rsyslog could not parse $(head -n 1 "$out/rsyslog.unparsed")"
}

# Debian's syslog-ng and rsyslog exclude each other as packages: this one is unpacked, not installed.
unpack_syslog_ng() {
    if command -v syslog-ng >/dev/null; then
        sng=(syslog-ng)
        return
    fi
    (cd "$work" && apt-get download -qq syslog-ng-core >"$work/apt.err" 2>&1 && dpkg-deb -x syslog-ng-core_*.deb sng) ||
        { cat "$work/apt.err" >&2; fail "no syslog-ng-core to download"; }
    local library=$work/sng/usr/lib/syslog-ng
    sng=(env "LD_LIBRARY_PATH=$library" "$work/sng/usr/sbin/syslog-ng" --module-path "$(echo "$library"/[0-9]*)")
}
start_syslog-ng() {
    unpack_syslog_ng
    { echo "@version: 3.38"; adapt "$examples/syslog-ng/traceagent.conf" syslog-ng; } >"$work/syslog-ng.conf"
    local files=(--no-caps -F -f "$work/syslog-ng.conf" -R "$out/sng.persist" -c "$out/sng.ctl" --pidfile "$out/sng.pid")
    "${sng[@]}" "${files[@]}" -s 2>"$work/syslog-ng.err" || { cat "$work/syslog-ng.err" >&2; fail "syslog-ng refuses the example"; }
    "${sng[@]}" "${files[@]}" 2>"$work/syslog-ng.err" &
    running+=($!)
}
check_syslog-ng() {
    await "syslog-ng's lines" lines "$out/syslog-ng.json" "$calls"
    verify syslog-ng "$out/syslog-ng.json"
}

start_otlp() {
    http=$(free_port)
    grpc=$(free_port)
    for way in http grpc; do
        # The first requests are refused as by a receiver that is overloaded: nothing may be lost by that either.
        node "$examples/otlp/receiver.js" "--$way" "${!way}" --out "$out/otlp-$way.json" --unavailable 3 2>"$work/otlp-$way.err" &
        running+=($!)
        await "the OTLP receiver" listens "${!way}"
    done
    cat >>"$work/agent.yaml" <<EOF
  - otlp: {endpoint: "http://127.0.0.1:$http", headers: {x-scope: test}}
  - otlp: {endpoint: "http://127.0.0.1:$grpc", protocol: grpc}
EOF
}
check_otlp() {
    for way in http grpc; do
        await "OTLP's records by $way" lines "$out/otlp-$way.json" "$calls"
        verify otlp "$out/otlp-$way.json"
    done
    grep -q 'output delayed: send to http' "$work/agent.err" || fail "the agent did not say that a receiver was away"
}

start_jq() { :; }
check_jq() {
    [[ $("$examples/jq/rules.sh" "$logs"/events-*.json) == "$calls"$'\tnumbers' ]] || fail "jq counts other lines"
    (($("$examples/jq/slowest.sh" "$logs"/events-*.json | wc -l) == 10)) || fail "jq does not find the slowest"
    # Numbers above 2^53 are beyond jq 1.6, texts are not.
    jq -c 'select(.event != "agent") | [.args.number, .args.high, .args.text, .args.inside]' "$logs"/events-*.json >"$out/jq"
    lines "$out/jq" "$calls" || fail "jq lost lines"
    (($(sort -u "$out/jq" | wc -l) == calls)) || fail "jq has lines twice"
    grep -qxF '[1,"18446744073709551614","a \"b\" \\ {c} \té€ 😀 �.","nul�inside"]' "$out/jq" || fail "jq reads other values: $(head -n 1 "$out/jq")"
    cat "$logs"/events-*.json >"$out/all.json"
    verify clef "$out/all.json"
}

start_journald() { :; }
check_journald() {
    "$examples/journald/to-journal.py" "$logs"/events-*.json |
        /lib/systemd/systemd-journal-remote --output="$out/traceagent.journal" - 2>"$work/journald.err"
    journalctl --file "$out/traceagent.journal" --all -o json TRACEAGENT_RULE=numbers TRACEAGENT_EVENT=call >"$out/journal.json"
    verify journal "$out/journal.json"
}

start_lnav() { :; }
check_lnav() {
    mkdir -p "$work/home"
    HOME=$work/home XDG_CONFIG_HOME='' lnav -i "$examples/lnav/clef.json" >/dev/null 2>"$work/lnav.err"
    HOME=$work/home XDG_CONFIG_HOME='' lnav -n -c ";SELECT count(*) AS n, count(DISTINCT json_extract(args, '\$.number')) AS d, min(json_extract(args, '\$.low')) AS low, \
max(json_extract(args, '\$.high')) AS high, \
sum(json_extract(args, '\$.text') = 'a \"b\" \\ {c} ' || char(9) || 'é€ 😀 ' || char(65533) || '.') AS text, \
sum(json_extract(args, '\$.inside') = 'nul' || char(65533) || 'inside') AS inside FROM traceagent_log WHERE rule = 'numbers' AND event = 'call'" -c ':write-json-to -' "$logs"/events-*.json \
        >"$out/lnav.json" 2>"$work/lnav.err" </dev/null
    [[ $(tr -d ' \n' <"$out/lnav.json") == "[{\"n\":$calls,\"d\":$calls,\"low\":-9223372036854775807,\"high\":\"18446744073709551614\",\"text\":$calls,\"inside\":$calls}]" ]] ||
        fail "lnav reads $(cat "$out/lnav.json" "$work/lnav.err")"
}

start_node-exporter() {
    exporter=$(free_port)
    prometheus-node-exporter --web.listen-address="127.0.0.1:$exporter" --collector.disable-defaults --collector.textfile \
        --collector.textfile.directory="$out" 2>"$work/node-exporter.err" &
    running+=($!)
    sed -n '/^metrics:/,$p' "$examples/node-exporter/agent.yaml" >>"$work/agent.tail"
}
exports() { curl -sf "http://127.0.0.1:$exporter/metrics" | grep -qxF "traceagent_rule_logged_total{rule=\"numbers\"} $calls"; }
check_node-exporter() { await "node-exporter's numbers" exports; }

# It cannot be installed here: only its configuration is held against the lines.
start_fluent-bit() { :; }
check_fluent-bit() { "$here/fluent_bit.py" "$examples/fluent-bit/traceagent.yaml" "$logs"/events-*.json; }

# Of an agent of its own: what it serves, and what it writes, with a histogram and with names that need escapes; alerts; and a
# Prometheus that scrapes it, of which every panel of the dashboard is asked for.
start_prometheus() { :; }
check_prometheus() {
    cp "$examples/prometheus/alerts.yaml" "$here/alerts.test.yaml" "$work/"
    promtool check rules "$work/alerts.yaml" >"$work/promtool.out" 2>&1 || fail "promtool refuses the alerts: $(cat "$work/promtool.out")"
    promtool test rules "$work/alerts.test.yaml" >"$work/promtool.out" 2>&1 || fail "alerts: $(cat "$work/promtool.out")"

    local port
    port=$(free_port)
    cat >"$work/metrics.yaml" <<EOF2
rules: $work/metrics-rules.yaml
outputs:
  - {name: a, file: {path: "$out/metrics \\"quoted\\".json"}}
metrics: {listen: "127.0.0.1:$port", textfile: $out/promtool.prom}
EOF2
    cat >"$work/metrics-rules.yaml" <<EOF2
rules:
  - {name: calls, binary: $work/numbers, symbol: take, on: call}
  - {name: later, binary: $work/none, symbol: take}
EOF2
    "$agent" run --config "$work/metrics.yaml" --socket none 2>"$work/metrics.err" &
    local pid=$!
    running+=("$pid")
    await "the agent with metrics" grep -q ready "$work/metrics.err"
    "$work/numbers" 100 10 >/dev/null
    await "its histogram" sh -c "curl -sf http://127.0.0.1:$port/metrics | grep -q 'traceagent_rule_duration_seconds_count{rule=\"calls\"} 100'"
    curl -sf "http://127.0.0.1:$port/metrics" >"$work/served.prom"
    for file in "$work/served.prom" "$out/promtool.prom"; do
        promtool check metrics <"$file" >"$work/promtool.out" 2>&1 || fail "promtool refuses $file: $(cat "$work/promtool.out")"
        # It warns with exit code 0 of what only offends against conventions.
        [[ ! -s $work/promtool.out ]] || fail "promtool has something to say of $file: $(cat "$work/promtool.out")"
    done

    local server
    server=$(free_port)
    sed -e "s|127.0.0.1:9435|127.0.0.1:$port|; s|traceagent-alerts.yaml|$work/alerts.yaml|" "$examples/prometheus/scrape.yaml" >"$work/scrape.yaml"
    printf 'global: {scrape_interval: 1s, evaluation_interval: 1s}\n' >>"$work/scrape.yaml"
    prometheus --config.file="$work/scrape.yaml" --storage.tsdb.path="$out/tsdb" --web.listen-address="127.0.0.1:$server" 2>"$work/prometheus.err" &
    running+=($!)
    # Calls must come while it scrapes: rates are made of two looks.
    "$work/numbers" 20000 1 >/dev/null &
    running+=($!)
    await "all panels of the dashboard" "$here/dashboard.py" "http://127.0.0.1:$server" "$examples/grafana/dashboard.json"
    kill "$pid"
    wait "$pid" || fail "the agent with metrics ended with $?"
}

gcc -O1 -o "$work/numbers" "$here/numbers.c"
cp "$here/rules.yaml" "$work/rules.yaml"
cat >"$work/agent.yaml" <<EOF
rules: rules.yaml
outputs:
  - file: {path: $logs/events-.json, roll: {size: 256KiB, every: day}}
EOF
: >"$work/agent.tail"
for name in "${chosen[@]}"; do "start_$name"; done
cat "$work/agent.tail" >>"$work/agent.yaml"

TEXTFILE_FOLDER=$out "$agent" run --config "$work/agent.yaml" --socket none 2>"$work/agent.err" &
agent_pid=$!
running+=("$agent_pid")
await "the agent" grep -q ready "$work/agent.err"
"$work/numbers" "$calls" "$per_ms" >/dev/null

# What wants the agent running first, then what wants its last line.
if has node-exporter; then check_node-exporter && echo "node-exporter: fine"; fi
kill "$agent_pid"
wait "$agent_pid" || fail "the agent ended with $?: $(tail -n 5 "$work/agent.err")"
grep -q "numbers: $calls calls, $calls logged, 0 lost" "$work/agent.err" || fail "not all was logged: $(tail -n 5 "$work/agent.err")"
if grep 'dropped' "$work/agent.err" >&2; then fail "events were dropped"; fi
rolled=$(find "$logs" -name 'events-*.json' | wc -l)
((rolled >= 5)) || fail "only $rolled files: nothing rolled"
for name in "${chosen[@]}"; do
    [[ $name == node-exporter ]] && continue
    "check_$name"
    [[ $name == fluent-bit ]] && echo "$name: not run; its configuration fits the lines" || echo "$name: fine"
done
echo "pipelines: $calls calls over $rolled files reached ${chosen[*]/fluent-bit/}"
