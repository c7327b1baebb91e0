#!/usr/bin/env bash
# The broker is killed by kill -9 and comes back with its data, again and again, while a pipeline
# reads and writes and input comes in. The pipeline lives on, or ends with an exit code that asks for
# a restart, and its output is whole in the end, each record once.
#
# usage: broker_restart_test.sh KAFKA_VERSION
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

kafka=$1
restarts=${LOCKSTEP_E2E_BROKER_RESTARTS:-3}

has_input() {
  local end
  end=$(ask_broker end copy-in) && ((end > 0))
}

lives() { ! ended "$pid"; }

restart_broker() {
  "$root/tools/kafka/broker.sh" kill "$work/broker"
  "$root/tools/kafka/broker.sh" start "$kafka" "$work/broker" "${brokers##*:}"
  lives || {
    wait_end "$pid" 1
    [[ $code == 69 || $code == 74 || $code == 75 ]] || fail "copy ended with exit code $code"
    ended_for_restart=$((ended_for_restart + 1))
    start copy
  }
}

ended_for_restart=0
open_session "$kafka"
ask_broker create copy-out 4
ask_broker create copy-in 4
verifier produce --topic copy-in --records 1000000 --until "$work/enough" --rate 2000 \
  --transaction 100 --nulls 0.05 >"$work/producer.log" 2>&1 &
producer=$!
children+=("$producer")
wait_until 120 has_input || fail "no input comes in"
start copy
for ((i = 0; i < restarts; i++)); do
  await_commits copy 3 60
  restart_broker
done
await_commits copy 3 60
touch "$work/enough"
wait_end "$producer" 120 || fail "the producer does not end"
((code == 0)) || fail "the producer ended with exit code $code"
kill_9 "$pid"
run_to_end copy
verifier verify-copy --input copy-in --output copy-out --timestamps yes ||
  fail "the output is not what it should be"
say "ok: $restarts restarts of the broker, copy lived on through $((restarts - ended_for_restart))"
