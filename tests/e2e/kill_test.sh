#!/usr/bin/env bash
# A pipeline is killed by kill -9 at every failpoint and at random moments, while input comes in,
# a tenth of it in transactions that abort, and a second reader reads along. Then it runs to its end,
# and an independent program judges what is there.
#
# usage: kill_test.sh [--at-least-once] PIPELINE KAFKA_VERSION [FAILPOINT...]
#        PIPELINE: copy, count, visits, windows, joins, tables or sessions (tests/e2e/pipelines);
#        without failpoints: all
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
commits=1 # before a random kill: windows have to slide, keys to time out
[[ $pipeline != windows && $pipeline != sessions ]] || commits=5
producers=()
readers=()

# Places that a pipeline without state has not.
reachable() { # FAILPOINT
  [[ $pipeline != copy && $pipeline != joins ]] || [[ $1 != checkpoint.* && $1 != restore.* ]]
}

produce_options() {
  case $pipeline in
    copy) echo --records 1000000 --until "$work/enough" --rate 400 --transaction 40 --nulls 0.05 ;;
    count) echo --records 1000000 --until "$work/enough" --rate 200 --transaction 20 --mode lines ;;
    visits) echo --records 60 --transaction 10 --keys 20 ;;
    # Keys that are idle for a while, and keys that are not.
    windows | joins | tables | sessions)
      echo --records 1000000 --until "$work/enough" --rate 200 --transaction 20 --keys 120 ;;
  esac
}

inputs() {
  case $pipeline in
    joins | tables) echo "$pipeline-in" "$pipeline-right" ;;
    *) echo "$pipeline-in" ;;
  esac
}

outputs() { # the first one is read along
  case $pipeline in
    windows) echo windows-out windows-kept windows-plain ;;
    joins) echo joins-out joins-grouped ;;
    tables) echo tables-out tables-other ;;
    *) echo "$pipeline-out" ;;
  esac
}

# Compacted as soon as the reader along has certainly read it; segments are closed by their age.
topic_settings() { # TOPIC
  [[ $1 != tables-right ]] || echo cleanup.policy=compact segment.ms=1000 \
    min.cleanable.dirty.ratio=0.01 min.compaction.lag.ms=3000
}

quick_cleaner() { # PORT FILE: called by open_session
  echo "log.cleaner.backoff.ms=200" >"$2"
}

more_options() { # TOPIC: of its producer
  [[ $1 != tables-right ]] || echo --deletes 0.1
}

start_world() {
  local options more settings topic
  for topic in $(inputs) $(outputs); do
    read -ra settings < <(topic_settings "$topic") || true
    ask_broker create "$topic" 4 "${settings[@]}"
  done
  read -ra options < <(produce_options)
  verifier read --topic "$pipeline-out" --isolation committed --follow-until "$work/done" \
    --record "$work/seen" >"$work/reader.log" 2>&1 &
  readers+=("$!")
  if [[ $pipeline == tables ]]; then
    verifier read --topic tables-right --isolation committed --follow-until "$work/done" \
      --record "$work/table" >"$work/table-reader.log" 2>&1 &
    readers+=("$!")
  fi
  children+=("${readers[@]}")
  for topic in $(inputs); do
    read -ra more < <(more_options "$topic") || true
    verifier produce --topic "$topic" --seed "$seed" "${options[@]}" "${more[@]}" \
      >"$work/$topic.log" 2>&1 &
    producers+=("$!")
    children+=("$!")
  done
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
  for ((i = 0; i < random_kills; i++)); do kill_at_random "$pipeline" "$commits"; done
}

finish_world() {
  local producer reader
  touch "$work/enough"
  for producer in "${producers[@]}"; do
    wait_end "$producer" 120 || fail "the producer does not end"
    ((code == 0)) || fail "the producer ended with exit code $code"
  done
  run_to_end "$pipeline"
  touch "$work/done"
  for reader in "${readers[@]}"; do
    wait_end "$reader" 60 || fail "a reader does not end"
    ((code == 0)) || fail "a reader ended with exit code $code"
  done
}

judge_windows() { # OUTPUT option...
  local output=$1
  shift
  verifier verify-windows --input windows-in --output "$output" --ledger e2e-windows-ledger "$@"
}

judge_join() { # OUTPUT FORM
  verifier verify-join --left joins-in --right joins-right --output "$1" --form "$2" \
    --ledger e2e-joins-ledger
}

judge_table() { # OUTPUT option...
  local output=$1
  shift
  verifier verify-table --stream tables-in --table tables-right --record "$work/table" \
    --output "$output" --ledger e2e-tables-ledger --compacted 1 "$@"
}

judge() {
  local wrong=0 output topics
  verifier verify-seen --topic "$pipeline-out" --record "$work/seen" || wrong=1
  case $pipeline in
    copy) verifier verify-copy --input copy-in --output copy-out --timestamps yes \
      --guarantee "$E2E_GUARANTEE" || wrong=1 ;;
    count) verifier verify-count --input count-in --output count-out --value long \
      --guarantee "$E2E_GUARANTEE" || wrong=1 ;;
    visits) verifier verify-visits --input visits-in --output visits-out || wrong=1 ;;
    windows)
      judge_windows windows-out --window 600 --slide 200 || wrong=1
      judge_windows windows-kept --window 1000 --slide 500 --zeros yes || wrong=1
      judge_windows windows-plain --window 500 --slide 100 || wrong=1
      ;;
    joins)
      judge_join joins-out pairs || wrong=1
      judge_join joins-grouped groups || wrong=1
      ;;
    tables)
      judge_table tables-out || wrong=1
      judge_table tables-other --key number --missing drop || wrong=1
      ;;
    sessions) verifier verify-sessions --input sessions-in --output sessions-out --timeout 500 \
      --ledger e2e-sessions-ledger || wrong=1 ;;
  esac
  [[ $pipeline != count && $pipeline != visits ]] || verifier verify-state --output "$pipeline-out" \
    --changelog "e2e-$pipeline-changelog-${pipeline/count/counts}" || wrong=1
  topics=$(inputs)
  verifier verify-offsets --group "e2e-$pipeline" --topic "${topics// /,}" \
    --ledger "e2e-$pipeline-ledger" || wrong=1
  # Without transactions it also holds batches whose offsets were never committed.
  [[ $E2E_GUARANTEE == at_least_once ]] || for output in $(outputs); do
    verifier verify-ledger --ledger "e2e-$pipeline-ledger" --group "e2e-$pipeline" \
      --output "$output" || wrong=1
  done
  ((wrong == 0)) || fail "seed $seed: the output is not what it should be"
}

if [[ $pipeline == tables ]]; then open_session "$kafka" quick_cleaner; else open_session "$kafka"; fi
((${#points[@]})) || mapfile -t points < <(batch_failpoints)
start_world
kill_everywhere
finish_world
judge
say "ok: Kafka $kafka, seed $seed, $(tail -1 "$work/$pipeline-in.log" | sed 's/^ok *produce: //'), $(
  kill_summary "$pipeline")"
