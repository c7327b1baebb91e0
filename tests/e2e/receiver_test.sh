#!/usr/bin/env bash
# A program with a receiver is killed by kill -9 while its source sends numbers, and sends again what
# it was not told is safe; and its log has failures, and delays longer than a transaction may live.
# In the end every number is in the output exactly once.
#
# usage: receiver_test.sh PROGRAM KAFKA_VERSION [FAILPOINT...]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

program=$1
kafka=${2:-4.1.0}
shift 2
points=("$@")
((${#points[@]})) || points=(receiver.begun receiver.sent receiver.committed produce.mid
  offsets.after_ack commit.before_rpc commit.returned batch.confirmed checkpoint.before_positions)
numbers_min=${LOCKSTEP_E2E_NUMBERS:-300000} # 15,000 a second
log_topic="e2e-receiver-receiver-numbers"

start() { # PIPELINE: the program in its place
  "$program" "$brokers" "$E2E_STATE" "$work/told" "$numbers_min" "$work/enough" >>"$work/$1.out" \
    2>>"$work/$1.log" </dev/null &
  pid=$!
  children+=("$pid")
}

batches_of() { last_batch e2e-receiver "$log_topic" 2>/dev/null; } # PIPELINE

all_processed() {
  cmp -s "$work/told" "$work/told.last" || return 1
  local end
  end=$(ask_broker end "$log_topic")
  ask_broker committed e2e-receiver "$log_topic" | grep -q "^0:$end "
}

open_session "$kafka"
ask_broker create receiver-out 4
hit=2
for point in "${points[@]}"; do
  kill_at receiver "$point" "$hit" 15
  hit=$((hit % 3 + 2))
done
for ((i = 0; i < ${LOCKSTEP_E2E_RANDOM_KILLS:-3}; i++)); do kill_at_random receiver; done
export E2E_TRANSACTION_TIMEOUT=1s
for point in receiver.begun receiver.sent receiver.committed; do
  for action in error 'sleep(1300)'; do suffer_at receiver "$point" "$action" 2; done
done
((restarted == 0)) || fail "a block that is written again ended the program"
unset E2E_TRANSACTION_TIMEOUT
touch "$work/enough"
start receiver
wait_until 120 all_processed || fail "not all numbers were processed within 120 s"
kill -TERM "$pid"
wait_end "$pid" 30 || fail "the program does not end"
((code == 0)) || fail "the program ended with exit code $code"
touch "$work/done"
verifier read --topic receiver-out --isolation committed --follow-until "$work/done" \
  --record "$work/seen" >"$work/reader.log"
count=$(<"$work/told.last")
sed 's/.* = //' "$work/seen" | sort -n >"$work/numbers"
seq 1 "$count" | cmp -s - "$work/numbers" ||
  fail "numbers that are missing (<) or there more than once (>): $(
    seq 1 "$count" | diff - "$work/numbers" | head -5)"
say "ok: Kafka $kafka, $kills kills (${#covered[@]} of ${#points[@]} places), $lived faults, $count numbers, each once"
