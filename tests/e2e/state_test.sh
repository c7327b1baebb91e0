#!/usr/bin/env bash
# The state folder is only a copy: whatever happens to it, the counts go on from where the committed
# offsets stand. After each damage the word count runs to its end and is compared with a fold of the
# whole input.
#
# usage: state_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
rounds=0

# New input, with aborted transactions; the seed differs from round to round.
feed() {
  rounds=$((rounds + 1))
  verifier produce --topic count-in --mode lines --records 300 --transaction 30 \
    --seed $((seed + rounds)) >>"$work/producer.log"
}

restores() { grep -c 'building it from the changelog' "$work/count.log" || true; }

# What a run from this folder ends with must be right, and it must have read what it should from.
check() { # WHAT rebuilt|kept
  local before
  before=$(restores)
  feed
  run_to_end count
  case $2 in
    rebuilt) (($(restores) > before)) || fail "$1: the folder was taken as it is" ;;
    kept) (($(restores) == before)) || fail "$1: the folder was not taken" ;;
  esac
  {
    verifier verify-count --input count-in --output count-out --value long
    verifier verify-state --output count-out --changelog e2e-count-changelog-counts
  } >"$work/verdict.log" || fail "seed $seed: $1: $(grep WRONG "$work/verdict.log" | head -3)"
  say "ok: $1: state $2, $(tail -1 "$work/verdict.log" | sed 's/^ok *state: //')"
}

kill_after_checkpoint() {
  LOCKSTEP_FAILPOINTS="checkpoint.done=kill@1" start count
  wait_end "$pid" 30 || fail "no checkpoint within 30 s"
}

largest_file() {
  find "$E2E_STATE/store" -name '*.sst' -printf '%s %p\n' | sort -n | tail -1 | cut -d' ' -f2
}

open_session "${1:-4.1.0}"
ask_broker create count-in 4
ask_broker create count-out 4
feed
kill_after_checkpoint
cp -r "$E2E_STATE" "$work/old"
check "killed, folder as it was" kept

rm -rf "$E2E_STATE"
check "folder deleted" rebuilt

rm -rf "$E2E_STATE"
cp -r "$work/old" "$E2E_STATE"
check "an older copy of the folder" kept

truncate -s -16 "$(largest_file)"
check "the largest file cut short" rebuilt

rm -rf "$E2E_STATE"
mkdir -p "$E2E_STATE/store/checkpoint"
echo foreign >"$E2E_STATE/store/checkpoint/CURRENT"
check "a folder of something else" rebuilt

start count
await_commits count 0 20
kill_9 "$pid"
check "killed while idle" kept
