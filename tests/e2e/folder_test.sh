#!/usr/bin/env bash
# Files keep coming into a folder while the program that reads them is killed by kill -9: at every
# place of the way from a line to its batch, and at random moments. In the end every line of every
# file is in the output exactly once, as Kafka's own client reads it.
#
# usage: folder_test.sh KAFKA_VERSION [FAILPOINT...]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/kills.sh
source "$here/lib/kills.sh"

kafka=${1:-4.1.0}
shift || true
points=("$@")
((${#points[@]})) || points=(receiver.begun receiver.sent receiver.committed produce.first
  offsets.after_ack commit.before_rpc commit.returned transaction.decided batch.confirmed)
files=0
padding=$(printf "%060d" 0) # so that a file of 20,000 lines takes two blocks

add_file() { # LINES: appears by a rename, as it has to
  files=$((files + 1))
  seq -f "$files:%g:$padding" 1 "$1" >"$work/.next"
  mv "$work/.next" "$E2E_FOLDER/part-$files"
}

# A small file and one that takes several blocks, every half second.
feed_files() {
  while [[ ! -e $work/enough ]]; do
    add_file 3
    add_file 20000
    echo "$files" >"$work/files"
    sleep 0.5
  done
}

# As program.sh asks, of the reader's own topic.
batches_of() { last_batch "e2e-$1" "e2e-$1-receiver-lines" 2>/dev/null; } # PIPELINE

judge() {
  touch "$work/done"
  verifier read --topic folder-out --isolation committed --follow-until "$work/done" \
    --record "$work/seen" >"$work/reader.log"
  sed 's/.* = //' "$work/seen" | sort >"$work/lines.out"
  cat "$E2E_FOLDER"/part-* | sort >"$work/lines.in"
  cmp -s "$work/lines.in" "$work/lines.out" ||
    fail "lines that are missing (<) or there more than once (>): $(
      diff "$work/lines.in" "$work/lines.out" | head -5)"
}

open_session "$kafka"
export E2E_FOLDER=$work/folder
mkdir "$E2E_FOLDER"
ask_broker create folder-out 4
feed_files &
feeder=$!
children+=("$feeder")
hit=2
for point in "${points[@]}"; do
  kill_at folder "$point" "$hit" 15
  hit=$((hit % 3 + 2))
done
for ((i = 0; i < ${LOCKSTEP_E2E_RANDOM_KILLS:-3}; i++)); do kill_at_random folder; done
touch "$work/enough"
wait_end "$feeder" 10 || fail "no end of the files"
run_to_end folder
judge
say "ok: Kafka $kafka, $kills kills (${#covered[@]} of ${#points[@]} places), $(
  wc -l <"$work/lines.in") lines of $(cat "$work/files") files, each once"
