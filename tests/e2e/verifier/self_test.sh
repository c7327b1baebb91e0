#!/usr/bin/env bash
# The verifier against itself: it must accept a right output, and find each wrong one by its name.
# Needs LOCKSTEP_TEST_BROKER=HOST:PORT; leaves its topics behind.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
brokers=${LOCKSTEP_TEST_BROKER:?a broker for tests}
prefix=verifier-$$
work=$(mktemp -d)
failures=0
reader=
trap '[[ -z $reader ]] || kill "$reader" 2>/dev/null || true; rm -rf "$work"' EXIT

verifier() {
  local verb=$1
  shift
  "$here/verifier.sh" "$verb" --brokers "$brokers" "$@"
}

# Runs the check; it must end with CODE and print TEXT.
expect() { # CODE TEXT verifier-argument...
  local code=$1 text=$2 got=0
  shift 2
  verifier "$@" >"$work/out" 2>&1 || got=$?
  if ((got == code)) && grep -qF -- "$text" "$work/out"; then
    echo "ok    $* -> $text"
  else
    echo "WRONG $*: wanted exit $code and '$text', got exit $got and:"
    cat "$work/out"
    failures=$((failures + 1))
  fi
}

test_readers() {
  local topic=$prefix-in
  verifier produce --topic "$topic" --records 1 --aborts 0 # makes the topic for the readers
  verifier read --topic "$topic" --isolation committed --follow-until "$work/done" \
    --record "$work/committed" &
  reader=$!
  expect 0 'committed records' produce --topic "$topic" --records 3000 --transaction 60 --seed 7 --nulls 0.05
  touch "$work/done"
  wait "$reader"
  reader=
  expect 0 '3001 committed records' verify-seen --topic "$topic" --record "$work/committed"

  verifier read --topic "$topic" --isolation uncommitted --follow-until "$work/done" \
    --record "$work/uncommitted"
  expect 1 'not there now' verify-seen --topic "$topic" --record "$work/uncommitted"
  sed -i '100d' "$work/committed"
  expect 1 'never seen' verify-seen --topic "$topic" --record "$work/committed"
}

copy_case() { # FAULT CODE TEXT [ORDER [TIMESTAMPS]]
  local output=$prefix-copy-$1-${4:-key}
  verifier forge-copy --input "$prefix-in" --output "$output" --fault "$1"
  expect "$2" "$3" verify-copy --input "$prefix-in" --output "$output" --order "${4:-key}" \
    --timestamps "${5:-no}"
}

test_copies() {
  copy_case none 0 'ok    copy' key yes
  copy_case none 0 'ok    copy' partition
  copy_case double 1 'double: '
  copy_case gap 1 'gap: '
  copy_case swap 1 'order: key '
  copy_case swap 1 'order: partition ' partition
  copy_case value 1 'foreign: '
  copy_case aborted 1 'aborted k'
  copy_case timestamp 1 'gap: ' key yes
}

count_case() { # FAULT CODE TEXT
  verifier forge-count --input "$prefix-lines" --output "$prefix-count-$1" --fault "$1"
  expect "$2" "$3" verify-count --input "$prefix-lines" --output "$prefix-count-$1"
}

test_counts() {
  expect 0 'ok    produce' produce --topic "$prefix-lines" --mode lines --records 500 --transaction 20
  count_case none 0 'ok    count'
  count_case repeat 1 'not rising: '
  count_case sum 1 'sum: '
  count_case gap 1 'gap: '
  count_case foreign 1 'foreign: '
  count_case moved 1 'moved: '
}

offsets_case() { # FAULT CODE TEXT
  verifier forge-offsets --topic "$prefix-in" --group "$prefix-$1" --fault "$1"
  expect "$2" "$3" verify-offsets --topic "$prefix-in" --group "$prefix-$1"
}

test_offsets() {
  offsets_case none 0 'batch=42'
  offsets_case behind 1 'its end is'
  offsets_case batch 1 'partitions disagree'
  offsets_case metadata 1 'metadata: '
  offsets_case missing 1 'has no committed offset'
}

test_readers
test_copies
test_counts
test_offsets
((failures == 0)) || echo "$failures checks of the verifier are wrong"
exit $((failures > 0))
