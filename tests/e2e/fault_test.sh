#!/usr/bin/env bash
# Every failpoint of a batch with the actions "error" (the place reports a failure of its own kind) and "sleep"
# (longer than a transaction may live), not only kill -9: the word count must get over it, or end
# with an error that a restart heals, and its output must be whole in the end, each record once.
#
# Three word counts run side by side: one has the errors, two share the sleeps.
#
# usage: fault_test.sh [KAFKA_VERSION [FAILPOINT...]]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

kafka=${1:-4.1.0}
shift $(($# > 0))
points=("$@")
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
export E2E_TRANSACTION_TIMEOUT=1s
declare -A producers
sleep_ms=1300 # more than a transaction may live

word_count() { # NAME: tests/e2e/pipelines/count.yaml under another name
  sed -e "s/e2e-count/e2e-$1/; s/count-in/$1-in/; s/count-out/$1-out/" \
    -e 's/checkpoint_interval: 1s/checkpoint_interval: 200ms/' \
    "$e2e/pipelines/count.yaml" >"$work/$1.yaml"
  ask_broker create "$1-in" 4
  ask_broker create "$1-out" 4
  verifier produce --topic "$1-in" --seed "$seed" --records 1000000 --until "$work/enough-$1" \
    --rate 150 --transaction 20 --mode lines >"$work/$1-producer.log" 2>&1 &
  producers[$1]=$!
  children+=("$!")
}

has_input() { # NAME
  local end
  end=$(ask_broker end "$1-in") && ((end > 0))
}

# The hit that acts: some places are passed once in a life, the others after some good batches.
hit_of() { # FAILPOINT
  case $1 in
    restore.* | init.* | producer.* | abort.* | *.rolled_back) echo 1 ;;
    *) echo 3 ;;
  esac
}

has_acted() { grep -q "failpoint $2: $3" "$work/$1.life"; } # NAME FAILPOINT ACTION

acted_or_ended() { has_acted "$@" || ended "$pid"; }

# One life with one fault. A place that has nothing to fail with passes over "error".
live_through() { # NAME FAILPOINT ACTION
  local before
  [[ $2 != restore.* ]] || rm -rf "$E2E_STATE" # there is most to restore without the folder
  : >"$work/$1.life"
  LOCKSTEP_FAILPOINTS="$(companion_of "$2")$2=$3@$(hit_of "$2")" \
    "$lockstep" run "$work/$1.yaml" >/dev/null 2>"$work/$1.life" </dev/null &
  pid=$!
  wait_until 30 acted_or_ended "$1" "$2" "${3%%(*}" || fail "$2=$3: not reached within 30 s"
  before=$(batches_of "$1")
  wait_until 30 gone_on "$1" "$before" ||
    fail "seed $seed: $2=$3: nothing committed after it: $(tail -3 "$work/$1.life")"
  kill -TERM "$pid" 2>/dev/null || true
  wait_end "$pid" 20 || fail "seed $seed: $2=$3: does not end: $(tail -3 "$work/$1.life")"
  case $code in
    0) lived=$((lived + 1)) ;;
    74 | 75) restarted=$((restarted + 1)) ;; # docs/errors.md: a restart helps
    *) fail "seed $seed: $2=$3: exit code $code: $(tail -3 "$work/$1.life")" ;;
  esac
  cat "$work/$1.life" >>"$work/$1.log"
}

sweep() { # NAME ACTION FAILPOINT...
  local name=$1 action=$2 point lived=0 restarted=0
  shift 2
  wait_until 60 has_input "$name" || fail "no input comes into $name-in"
  export E2E_STATE=$work/state-$name
  for point in "$@"; do live_through "$name" "$point" "$action"; done
  touch "$work/enough-$name"
  wait_until 60 ended "${producers[$name]}" || fail "the producer of $name does not end"
  run_to_end "$name"
  say "$action: $lived lived on, $restarted ended for a restart"
}

judge() { # NAME
  local wrong=0
  verifier verify-count --input "$1-in" --output "$1-out" --value long || wrong=1
  verifier verify-state --output "$1-out" --changelog "e2e-$1-changelog-counts" || wrong=1
  verifier verify-offsets --group "e2e-$1" --topic "$1-in" --ledger "e2e-$1-ledger" || wrong=1
  verifier verify-ledger --ledger "e2e-$1-ledger" --group "e2e-$1" --output "$1-out" || wrong=1
  ((wrong == 0)) || fail "seed $seed: $1: the output is not what it should be"
}

open_session "$kafka"
((${#points[@]})) || mapfile -t points < <(batch_failpoints)
half=$((${#points[@]} / 2))
for name in errors sleeps more-sleeps; do word_count "$name"; done
(sweep errors error "${points[@]}") &
sweeps=("$!")
(sweep sleeps "sleep($sleep_ms)" "${points[@]:0:half}") &
sweeps+=("$!")
(sweep more-sleeps "sleep($sleep_ms)" "${points[@]:half}") &
sweeps+=("$!")
children+=("${sweeps[@]}")
for running in "${sweeps[@]}"; do wait "$running" || fail "see above"; done
for name in errors sleeps more-sleeps; do judge "$name"; done
say "ok: Kafka $kafka, seed $seed, ${#points[@]} failpoints with error and sleep in $SECONDS s"
