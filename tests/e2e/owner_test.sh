#!/usr/bin/env bash
# Who may write: two instances end with one, without ping-pong; SIGTERM finishes what runs; a process
# that was stopped for longer than its transaction lives comes back without loss and without doubles.
#
# usage: owner_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

export E2E_TRANSACTION_TIMEOUT=2s
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
# Where the broker has an open transaction, and where it has none, or a decided one.
stops_inside=(offsets.after_ack commit.before_rpc)
stops_outside=(batch.started produce.first commit.on_wire transaction.decided)

await_exit() { # PID CODE WHAT
  wait_end "$1" 30 || fail "$3 does not end"
  ((code == $2)) || fail "$3 ended with exit code $code, not $2"
}

two_instances() {
  local first second
  start count
  first=$pid
  await_commits count 2 30
  E2E_STATE=$work/second start count
  second=$pid
  await_exit "$first" 73 "the first of two instances"
  await_commits count 2 30
  # Started again it sees that the other one is alive, and leaves it alone.
  start count
  await_exit "$pid" 73 "the loser, started again,"
  await_commits count 2 30
  kill -TERM "$second"
  await_exit "$second" 0 "the winner after SIGTERM"
  grep -q E202 "$work/count.log" || fail "no E202 in the log"
  say "ok: two instances: the first ended with 73, also when it was started again"
}

sigterm_drains() {
  start count --takeover
  await_commits count 3 30
  kill -TERM "$pid"
  await_exit "$pid" 0 "SIGTERM"
  say "ok: SIGTERM finishes the running batch and exits 0"
}

is_stopped() { # PID
  local state
  state_of "$1"
  [[ $state == T ]]
}

# The marker of an abort is one more offset of the output.
marker_written() { (($(ask_broker end count-out) > $1)); } # END_BEFORE

stop_at() { # FAILPOINT
  LOCKSTEP_FAILPOINTS="$1=stop@4" start count --takeover
  wait_until 30 is_stopped "$pid" || fail "$1: not reached"
}

go_on() {
  kill -CONT "$pid"
  await_commits count 2 30
  kill_9 "$pid"
}

stopped_too_long() {
  local point end
  for point in "${stops_inside[@]}"; do
    stop_at "$point"
    end=$(ask_broker end count-out)
    wait_until 30 marker_written "$end" || fail "$point: the broker does not abort"
    go_on
  done
  for point in "${stops_outside[@]}"; do
    stop_at "$point"
    sleep 3.5 # the fault itself: longer than a transaction lives
    go_on
  done
  say "ok: stopped for too long at ${stops_inside[*]} ${stops_outside[*]}"
}

judge() {
  touch "$work/enough"
  wait_end "$producer" 120 || fail "the producer does not end"
  run_to_end count
  {
    verifier verify-count --input count-in --output count-out --value long &&
      verifier verify-offsets --group e2e-count --topic count-in --ledger e2e-count-ledger &&
      verifier verify-ledger --ledger e2e-count-ledger --group e2e-count --output count-out
  } >"$work/verdict.log" || fail "seed $seed: $(grep WRONG "$work/verdict.log" | head -5)"
}

open_session "${1:-4.1.0}"
ask_broker create count-in 4
ask_broker create count-out 4
verifier produce --topic count-in --mode lines --records 1000000 --until "$work/enough" \
  --rate 120 --transaction 20 --seed "$seed" >"$work/producer.log" 2>&1 &
producer=$!
children+=("$producer")
two_instances
sigterm_drains
stopped_too_long
judge
say "ok: seed $seed, $(grep 'ok *count' "$work/verdict.log" | sed 's/^ok *count: //')"
