#!/usr/bin/env bash
# Files as outputs, killed by kill -9 at every place between a file's first byte and its name, and
# at random moments, while input comes in, some of it in transactions that abort; and with failures
# and delays at the places of files, the delays longer than a transaction may live. In the end the
# files hold every committed record exactly once, as text tools see them; nothing stays prepared.
# Then the folder is lost, which has to be noticed.
#
# usage: files_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

points=(files.prepared commit.before_rpc commit.on_wire transaction.decided files.shown
  files.published batch.confirmed)
seed=${LOCKSTEP_E2E_SEED:-$RANDOM}
producer=

has_input() {
  local end
  end=$(ask_broker end files-in) && ((end > 0))
}

start_world() {
  ask_broker create files-in 4
  ask_broker create files-out 4
  verifier produce --topic files-in --seed "$seed" --records 1000000 --until "$work/enough" \
    --rate 400 --transaction 40 --nulls 0.05 >"$work/producer.log" 2>&1 &
  producer=$!
  children+=("$producer")
  wait_until 60 has_input || fail "no input comes in"
}

kill_everywhere() {
  local point hit=1
  for point in "${points[@]}"; do
    kill_at files "$point" "$hit" 10
    hit=$((hit % 3 + 1))
  done
  kill_at_random files
  ((${#missed[@]} == 0)) || fail "not reached: ${missed[*]}"
}

suffer_everywhere() {
  local point action
  export E2E_TRANSACTION_TIMEOUT=1s
  for point in files.prepared files.shown files.published; do
    for action in error 'sleep(1300)'; do suffer_at files "$point" "$action" 2; done
  done
  unset E2E_TRANSACTION_TIMEOUT
}

# What the topic's committed records look like in a file: "(key,value)", or the value without key.
lines_expected() {
  touch "$work/read"
  verifier read --topic files-in --isolation committed --follow-until "$work/read" \
    --record "$work/committed" >"$work/reader.log"
  cut -f3 "$work/committed" | sed -e 's/^null = //;t' -e 's/^\(.*\) = \(.*\)$/(\1,\2)/' | sort
}

lines_found() { find "$E2E_FILES" -path '*/records-*.txt/part-*' -type f -exec cat {} + | sort; }

judge() {
  local left
  lines_expected >"$work/expected"
  lines_found >"$work/found"
  diff "$work/expected" "$work/found" >"$work/difference" ||
    fail "seed $seed: lost (<) or doubled (>): $(head -5 "$work/difference")"
  [[ -s $work/found ]] || fail "no line in any file"
  left=$(find "$E2E_FILES/.e2e-files.prepared" -type f ! -name published)
  [[ -z $left ]] || fail "still prepared: $left"
  verifier verify-copy --input files-in --output files-out || fail "seed $seed: the copy is wrong"
}

lose_folder() {
  mv "$E2E_FILES" "$work/lost"
  start files --until-end
  wait_end "$pid" 30 || fail "a lost folder is not noticed"
  ((code == 74)) || fail "with a lost folder it ended with exit code $code"
  grep -q 'E321' "$work/files.log" || fail "a lost folder is not told"
  mv "$work/lost" "$E2E_FILES"
  run_to_end files
}

open_session "${1:-4.1.0}"
export E2E_FILES=$work/files
start_world
kill_everywhere
suffer_everywhere
touch "$work/enough"
wait_end "$producer" 60 || fail "the producer does not end"
run_to_end files
judge
verifier produce --topic files-in --seed "$seed" --records 20 --transaction 20 --aborts 0 \
  >>"$work/producer.log" # the last batch has written a file
run_to_end files
lose_folder
judge
say "ok: seed $seed, $kills kills, $lived faults lived through, $restarted ended for a restart, $(wc -l <"$work/found") lines in $(
  find "$E2E_FILES" -name 'part-*' | wc -l) files"
