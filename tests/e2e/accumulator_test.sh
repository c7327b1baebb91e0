#!/usr/bin/env bash
# A program with an accumulator is killed by kill -9 at places of a batch and at random moments, while
# input comes in, a tenth of it in transactions that abort. In the end its value, the values that it
# showed behind every committed batch and those in its changelog are what an independent program
# counts in input and output.
#
# usage: accumulator_test.sh PROGRAM KAFKA_VERSION [FAILPOINT...]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

program=$1
kafka=${2:-4.1.0}
shift 2
points=("$@")
((${#points[@]})) || points=(batch.computed produce.mid offsets.after_ack commit.on_wire
  commit.returned batch.rolled_back batch.confirmed checkpoint.before_positions restore.mid)
random_kills=${LOCKSTEP_E2E_RANDOM_KILLS:-4}
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
changelog="e2e-accumulated-changelog-accumulators"

start() { # PIPELINE [until-end]: the program in its place
  "$program" "$brokers" "$E2E_STATE" "$work/values" "${@:2}" >>"$work/$1.out" 2>>"$work/$1.log" \
    </dev/null &
  pid=$!
  children+=("$pid")
}

has_input() {
  local end
  end=$(ask_broker end accumulated-in) && ((end > 0))
}

judge() {
  verifier verify-accumulator --input accumulated-in --output accumulated-out \
    --ledger e2e-accumulated-ledger --changelog "$changelog" --name numbers \
    --values "$work/values" || return 1
  verifier verify-copy --input accumulated-in --output accumulated-out --timestamps yes || return 1
  verifier verify-offsets --group e2e-accumulated --topic accumulated-in \
    --ledger e2e-accumulated-ledger || return 1
  verifier verify-ledger --ledger e2e-accumulated-ledger --group e2e-accumulated \
    --output accumulated-out || return 1
}

open_session "$kafka"
ask_broker create accumulated-in 4
ask_broker create accumulated-out 4
verifier produce --topic accumulated-in --seed "$seed" --records 1000000 --until "$work/enough" \
  --rate 400 --transaction 40 >"$work/produce.log" 2>&1 &
producer=$!
children+=("$producer")
wait_until 60 has_input || fail "no input comes in"
for point in "${points[@]}"; do
  # A restore that reads everything has more to be killed in than one from the folder.
  [[ $point != restore.* ]] || rm -rf "$E2E_STATE"
  hit=2
  [[ $point != restore.* && $point != *.rolled_back ]] || hit=1
  kill_at accumulated "$point" "$hit" 10
done
for ((i = 0; i < random_kills; i++)); do kill_at_random accumulated 3; done
touch "$work/enough"
wait_end "$producer" 120 || fail "the producer does not end"
((code == 0)) || fail "the producer ended with exit code $code"
start accumulated until-end
wait_end "$pid" 60 || fail "the program does not come to its end"
((code == 0)) || fail "the program ended with exit code $code"
judge || fail "seed $seed: a value is not what it should be"
((${#missed[@]} == 0)) || fail "not killed at ${missed[*]}"
say "ok: Kafka $kafka, seed $seed, $kills kills, $(tail -1 "$work/produce.log" | sed 's/^ok *produce: //'), value: $(
  tail -1 "$work/values")"
