#!/usr/bin/env bash
# ./dev demo: counts the words of the licence texts that every Debian carries, is killed twice by
# kill -9 on the way, and compares what it counted with sort | uniq -c. Leaves nothing behind.
#
# usage: demo.sh    exit 0 when every count is right, 1 when not
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
texts=/usr/share/common-licenses
lockstep=$root/build/release/lockstep
tool=$root/build/release/tests/e2e/broker_tool
work=
pid=
feeder=

say() { printf '%s\n' "$*"; }

fail() {
  exec 2>&3
  say "demo: $*" >&2
  [[ ! -s $work/lockstep.log ]] || tail -20 "$work/lockstep.log" >&2
  exit 1
}

clean_up() {
  local process
  for process in $pid $feeder; do kill -KILL "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  [[ ! -d $work/broker ]] || "$root/tools/kafka/broker.sh" kill "$work/broker"
  rm -rf "$work"
}

build() {
  say "building the program (build/release) ..."
  [[ -f $root/build/release/build.ninja ]] || (cd "$root" && cmake --preset release >/dev/null)
  cmake --build "$root/build/release" -j "$(nproc)" --target lockstep broker_tool \
    >"$work/build.log" 2>&1 || {
    tail -20 "$work/build.log" >&2
    fail "the build failed"
  }
}

port_is_open() { (exec 3<>"/dev/tcp/localhost/$1") 2>/dev/null; }

start_broker() {
  local port=26090
  while port_is_open "$port" || port_is_open $((port + 1)); do port=$((port + 2)); done
  say "starting a Kafka broker (the first time its jars are fetched) ..."
  "$root/tools/kafka/broker.sh" fresh 4.1.0 "$work/broker" "$port" 2>"$work/broker.log" || {
    tail -5 "$work/broker.log" >&3
    fail "the broker did not start"
  }
  export KAFKA=localhost:$port
  "$tool" "$KAFKA" create lines 4
  "$tool" "$KAFKA" create word-counts 4
}

write_pipeline() {
  cat >"$work/word-counts.yaml" <<'YAML'
application: demo-word-counts
batch: { interval: 100ms, max_records_per_partition: 100 }
kafka: { bootstrap: "${env:KAFKA}" }
state: { dir: "${env:STATE_DIR}", checkpoint_interval: 1s }
streams:
  lines:
    kafka: { topics: [lines], key: string, value: string }
  words:
    from: lines
    steps:
      - flatMap: split(value, " ")
      - filter: matches(value, "^[A-Za-z]+$")
      - map: { key: value, value: 1 }
  counts:
    from: words
    steps:
      - id: counts
        updateStateByKey: { initial: 0, update: state + sum(values), emit: changed }
outputs:
  - { from: counts, kafka: { topic: word-counts, key: string, value: long } }
YAML
  export STATE_DIR=$work/state
}

# A third of the lines, bit by bit, so that the kill comes in the middle.
feed() { # 1|2|3
  local part
  split -n "l/$1/3" "$work/lines" | split -l 100 - "$work/part$1."
  for part in "$work/part$1".*; do
    kcat -P -b "$KAFKA" -t lines -l "$part"
    sleep 0.05
  done
}

start() {
  "$lockstep" run "$work/word-counts.yaml" "$@" >/dev/null 2>>"$work/lockstep.log" &
  pid=$!
}

output_records() { # what a read_committed reader sees
  kcat -C -b "$KAFKA" -t word-counts -e -q -s value='>q' -f '%k %s\n' -X isolation.level=read_committed
}

grown_beyond() { (($(output_records | wc -l) > $1)); }

kill_in_the_middle() { # 1|2 WORD
  local before deadline=$((SECONDS + 60))
  before=$(output_records | wc -l)
  feed "$1" &
  feeder=$!
  start
  until grown_beyond "$before"; do
    ((SECONDS < deadline)) || fail "nothing was counted for 60 s"
    sleep 0.05
  done
  kill -KILL "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
  wait "$feeder"
  feeder=
  say "  $2 kill -9: a reader has seen $(output_records | wc -l) counts so far"
}

compare() {
  local words
  output_records | awk '{ last[$1] = $2 } END { for (word in last) print word, last[word] }' |
    LC_ALL=C sort >"$work/counted"
  tr ' ' '\n' <"$work/lines" | grep -E '^[A-Za-z]+$' | LC_ALL=C sort | uniq -c |
    awk '{ print $2, $1 }' | LC_ALL=C sort >"$work/expected"
  words=$(wc -l <"$work/expected")
  ((words > 1000)) || fail "only $words words in $texts"
  if ! diff "$work/expected" "$work/counted" >"$work/difference"; then
    head -10 "$work/difference"
    fail "the counts differ from sort | uniq -c (<) in $(grep -c '^[<>]' "$work/difference") lines"
  fi
  say "ok: all $words counts ($(awk '{ sum += $2 } END { print sum }' "$work/counted") words) equal" \
    "sort | uniq -c, after two kill -9"
}

work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-demo.XXXXXX")
trap clean_up EXIT
exec 3>&2 2>"$work/shell.log" # the shell tells there of the processes that it saw killed
[[ -d $texts ]] || fail "no licence texts in $texts"
build
start_broker
write_pipeline
cat "$texts"/* | grep -v '^[[:space:]]*$' >"$work/lines"
say "counting the words of $(wc -l <"$work/lines") lines of licence texts, exactly once ..."
kill_in_the_middle 1 first
kill_in_the_middle 2 second
feed 3
start --until-end
wait "$pid" || fail "the last run ended with exit code $?"
pid=
say "  ran to the end: a reader has seen $(output_records | wc -l) counts"
compare
