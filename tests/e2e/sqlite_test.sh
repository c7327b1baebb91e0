#!/usr/bin/env bash
# examples/sqlite_sink as its user runs it, killed by kill -9 again and again while input comes in:
# the database counts every committed word exactly once. Then somebody else moves its offsets, and
# the program stops instead of counting on.
#
# usage: sqlite_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

sink=${LOCKSTEP_SQLITE_SINK:-$root/build/release/examples/sqlite_sink}
kills=${LOCKSTEP_E2E_RANDOM_KILLS:-10}
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}

start_sink() { # [UNTIL_END]
  KAFKA=$brokers DATABASE=$work/counts.db UNTIL_END=${1:-} "$sink" >>"$work/sink.log" 2>&1 </dev/null &
  pid=$!
  children+=("$pid")
}

ask() { sqlite3 -cmd '.timeout 10000' "$work/counts.db" "$1"; } # SQL

stored() { ask 'select coalesce(sum(next), 0) from offsets' 2>/dev/null || echo 0; }
stored_beyond() { (($(stored) > $1)); } # OFFSETS

kill_at_random() {
  local before
  before=$(stored)
  start_sink
  wait_until 20 stored_beyond "$before" || fail "nothing was stored for 20 s"
  sleep "0.$((10 + RANDOM % 300))" # the random moment; nothing is waited for
  kill_9 "$pid"
}

run_sink_to_end() {
  start_sink yes
  wait_end "$pid" 60 || fail "the program did not come to its end"
}

# "7 word" for each word of the committed input.
words_expected() {
  touch "$work/read"
  verifier read --topic lines --isolation committed --follow-until "$work/read" \
    --record "$work/committed" >"$work/reader.log"
  cut -f3 "$work/committed" | sed 's/^[^=]* = //' | tr ' ' '\n' | grep . | sort | uniq -c |
    sed 's/^ *//'
}

judge() {
  words_expected >"$work/expected"
  ask "select n || ' ' || word from counts order by word" >"$work/found"
  LC_ALL=C sort -k2 "$work/expected" >"$work/expected.sorted"
  LC_ALL=C sort -k2 "$work/found" | diff "$work/expected.sorted" - >"$work/difference" ||
    fail "seed $seed: the counts differ: $(head -5 "$work/difference")"
  [[ -s $work/found ]] || fail "no word was counted"
}

open_session "${1:-4.1.0}"
[[ -x $sink ]] || fail "no program at $sink"
ask_broker create lines 4
verifier produce --topic lines --seed "$seed" --records 1000000 --until "$work/enough" --rate 300 \
  --transaction 20 --mode lines >"$work/producer.log" 2>&1 &
producer=$!
children+=("$producer")
for ((i = 0; i < kills; i++)); do kill_at_random; done
touch "$work/enough"
wait_end "$producer" 60 || fail "the producer does not end"
run_sink_to_end
((code == 0)) || fail "the program ended with exit code $code"
judge

ask 'update offsets set next = next + 1'
verifier produce --topic lines --seed $((seed + 1)) --records 20 --mode lines >>"$work/producer.log"
run_sink_to_end
((code == 65)) || fail "with another writer it ended with exit code $code"
grep -q 'another writer' "$work/sink.log" || fail "another writer is not told"
say "ok: seed $seed, $kills kills, $(wc -l <"$work/found") words"
