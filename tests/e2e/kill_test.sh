#!/usr/bin/env bash
# A pipeline is killed by kill -9 at every failpoint and at random moments, while input comes in,
# a tenth of it in transactions that abort, and a second reader reads along. Then it runs to its end,
# and an independent program judges what is there.
#
# usage: kill_test.sh [--at-least-once] PIPELINE KAFKA_VERSION [FAILPOINT...]
#        PIPELINE: copy, count or visits (tests/e2e/pipelines); without failpoints: all
#        --at-least-once: copy or count without transactions; doubles are allowed, losses are not
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

export E2E_GUARANTEE=exactly_once
if [[ $1 == --at-least-once ]]; then
  E2E_GUARANTEE=at_least_once
  shift
fi
pipeline=$1
kafka=$2
shift 2
points=("$@")
random_kills=${LOCKSTEP_E2E_RANDOM_KILLS:-4}
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
producer=
reader=

# Places that a pipeline without state has not.
reachable() { # FAILPOINT
  [[ $1 != files.* ]] || return 1 # files_test.sh has them
  [[ $pipeline != copy ]] || [[ $1 != checkpoint.* && $1 != restore.* ]]
}

produce_options() {
  case $pipeline in
    copy) echo --records 1000000 --until "$work/enough" --rate 400 --transaction 40 --nulls 0.05 ;;
    count) echo --records 1000000 --until "$work/enough" --rate 200 --transaction 20 --mode lines ;;
    visits) echo --records 60 --transaction 10 --keys 20 ;;
  esac
}

start_world() {
  local options
  ask_broker create "$pipeline-out" 4
  ask_broker create "$pipeline-in" 4
  read -ra options < <(produce_options)
  verifier read --topic "$pipeline-out" --isolation committed --follow-until "$work/done" \
    --record "$work/seen" >"$work/reader.log" 2>&1 &
  reader=$!
  verifier produce --topic "$pipeline-in" --seed "$seed" "${options[@]}" \
    >"$work/producer.log" 2>&1 &
  producer=$!
  children+=("$reader" "$producer")
  wait_until 60 has_input || fail "no input comes in"
}

has_input() {
  local end
  end=$(ask_broker end "$pipeline-in") && ((end > 0))
}

once_per_start() { # FAILPOINT: hit once, or a few times only, in the life of a process
  [[ $1 == restore.* || $1 == init.* || $1 == producer.* || $1 == abort.* || $1 == *.rolled_back ]]
}

kill_everywhere() {
  local point hit=1
  for point in "${points[@]}"; do
    reachable "$point" || continue
    # A restore that reads everything has more to be killed in than one from the folder.
    [[ $point != restore.* ]] || rm -rf "$E2E_STATE"
    if once_per_start "$point"; then
      kill_at "$pipeline" "$point" 1 10
    else
      kill_at "$pipeline" "$point" "$hit" 10
      hit=$((hit % 3 + 1))
    fi
  done
  for ((i = 0; i < random_kills; i++)); do kill_at_random "$pipeline"; done
}

finish_world() {
  touch "$work/enough"
  wait_end "$producer" 120 || fail "the producer does not end"
  ((code == 0)) || fail "the producer ended with exit code $code"
  run_to_end "$pipeline"
  touch "$work/done"
  wait_end "$reader" 60 || fail "the reader does not end"
  ((code == 0)) || fail "the reader ended with exit code $code"
}

judge() {
  local wrong=0
  verifier verify-seen --topic "$pipeline-out" --record "$work/seen" || wrong=1
  case $pipeline in
    copy) verifier verify-copy --input copy-in --output copy-out --timestamps yes \
      --guarantee "$E2E_GUARANTEE" || wrong=1 ;;
    count) verifier verify-count --input count-in --output count-out --value long \
      --guarantee "$E2E_GUARANTEE" || wrong=1 ;;
    visits) verifier verify-visits --input visits-in --output visits-out || wrong=1 ;;
  esac
  [[ $pipeline == copy ]] || verifier verify-state --output "$pipeline-out" \
    --changelog "e2e-$pipeline-changelog-${pipeline/count/counts}" || wrong=1
  verifier verify-offsets --group "e2e-$pipeline" --topic "$pipeline-in" \
    --ledger "e2e-$pipeline-ledger" || wrong=1
  # Without transactions it also holds batches whose offsets were never committed.
  [[ $E2E_GUARANTEE == at_least_once ]] || verifier verify-ledger --ledger "e2e-$pipeline-ledger" --group "e2e-$pipeline" \
    --output "$pipeline-out" || wrong=1
  ((wrong == 0)) || fail "seed $seed: the output is not what it should be"
}

open_session "$kafka"
((${#points[@]})) || mapfile -t points < <(failpoints)
start_world
kill_everywhere
finish_world
judge
say "ok: Kafka $kafka, seed $seed, $(tail -1 "$work/producer.log" | sed 's/^ok *produce: //'), $(
  kill_summary "$pipeline")"
