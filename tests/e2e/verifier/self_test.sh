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

# One process answers all calls but those that go on beside others.
coproc server { "$here/verifier.sh" serve; }

# Puts what the verifier prints into $work/out; ends with its code.
answer() { # verifier-argument...
  local line
  echo "$1 --brokers $brokers ${*:2}" >&"${server[1]}"
  : >"$work/out"
  while IFS= read -r line <&"${server[0]}"; do
    [[ $line != 'exit '* ]] || return "${line#exit }"
    echo "$line" >>"$work/out"
  done
  echo 'the verifier has ended' >>"$work/out"
  return 70
}

verifier() { # verifier-argument...: it must not fail
  answer "$@" && return
  cat "$work/out"
  exit 1
}

# Runs the check; it must end with CODE and print TEXT.
expect() { # CODE TEXT verifier-argument...
  local code=$1 text=$2 got=0
  shift 2
  answer "$@" || got=$?
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
  "$here/verifier.sh" read --brokers "$brokers" --topic "$topic" --isolation committed \
    --follow-until "$work/done" --record "$work/committed" &
  reader=$!
  expect 0 'committed records' produce --topic "$topic" --records 3000 --transaction 60 --seed 7 \
    --nulls 0.05
  touch "$work/done"
  wait "$reader"
  reader=
  expect 0 '3001 committed records' verify-seen --topic "$topic" --record "$work/committed"

  verifier read --topic "$topic" --isolation uncommitted --follow-until "$work/done" \
    --record "$work/uncommitted"
  expect 1 'not there now' verify-seen --topic "$topic" --record "$work/uncommitted"
  sed '100s/$/0/' "$work/committed" >"$work/other"
  expect 1 "now '" verify-seen --topic "$topic" --record "$work/other"
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
  copy_case moved 1 ' records, in the output ' partition
  copy_case value 1 'foreign: '
  copy_case aborted 1 'aborted k'
  copy_case timestamp 1 'gap: ' key yes
}

loose_case() { # FAULT CODE TEXT verify-argument...: without transactions; uses what was forged above
  local fault=$1 code=$2 text=$3
  shift 3
  expect "$code" "$text" "$@" --guarantee at_least_once
}

test_at_least_once() {
  local fault
  for fault in none double; do
    loose_case "$fault" 0 "$([[ $fault == none ]] && echo ' 0 doubles' || echo ' 1 doubles')" \
      verify-copy --input "$prefix-in" --output "$prefix-copy-$fault-key"
  done
  for fault in gap swap value aborted; do
    loose_case "$fault" 1 'WRONG' verify-copy --input "$prefix-in" --output "$prefix-copy-$fault-key"
  done
  loose_case repeat 0 'ok    count' verify-count --input "$prefix-lines" \
    --output "$prefix-count-repeat"
  for fault in sum gap foreign moved; do
    loose_case "$fault" 1 'WRONG' verify-count --input "$prefix-lines" \
      --output "$prefix-count-$fault"
  done
}

count_case() { # FAULT CODE TEXT
  verifier forge-count --input "$prefix-lines" --output "$prefix-count-$1" --fault "$1"
  expect "$2" "$3" verify-count --input "$prefix-lines" --output "$prefix-count-$1"
}

test_counts() {
  expect 0 'ok    produce' produce --topic "$prefix-lines" --mode lines --records 500 \
    --transaction 20
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

offsets_ledger_case() { # FAULT CODE TEXT
  local ledger=$prefix-tables-ledger
  verifier forge-offsets --topic "$prefix-in" --group "$prefix-with-$1" --fault "$1" \
    --ledger "$ledger"
  expect "$2" "$3" verify-offsets --topic "$prefix-in" --group "$prefix-with-$1" --ledger "$ledger"
}

visits_case() { # FAULT CODE TEXT
  expect "$2" "$3" verify-visits --input "$prefix-keys" --output "$prefix-visits-$1"
}

test_visits() {
  expect 0 'ok    produce' produce --topic "$prefix-keys" --records 60 --keys 20 --transaction 10
  verifier forge-visits --input "$prefix-keys" --output "$prefix-visits" \
    --faults none,lost,twice,value,swap,never,foreign,moved,form,null
  visits_case none 0 'ok    visits'
  visits_case lost 1 'gap: '
  visits_case twice 1 'double: '
  visits_case value 1 'gap: '
  visits_case swap 1 'double: '
  visits_case never 1 'was never visited'
  visits_case foreign 1 "foreign: $prefix-visits-foreign-0"
  visits_case moved 1 'moved: '
  visits_case form 1 'form: '
  visits_case null 1 'form: '
}

state_case() { # FAULT CODE TEXT
  expect "$2" "$3" verify-state --output "$prefix-visits-none" --changelog "$prefix-state-$1"
}

test_states() {
  verifier forge-state --output "$prefix-visits-none" --changelog "$prefix-state" \
    --faults none,lost,stale,wrong,extra,undead,tombstone,moved,form,old,key
  state_case none 0 'ok    state'
  state_case lost 1 'is null, the output says'
  state_case stale 1 ', the output says '
  state_case wrong 1 'is 40, the output says'
  state_case extra 1 "'aborted' is 1, never in the output"
  state_case undead 1 "'removed' is 7, never in the output"
  state_case tombstone 1 'is null, the output says'
  state_case moved 1 'moved: '
  state_case form 1 'a value of kind 4'
  state_case old 1 'the value has no version'
  state_case key 1 'the key is no text'
}

accumulator_case() { # FAULT CODE TEXT
  expect "$2" "$3" verify-accumulator --input "$prefix-timed-left" --ledger "$prefix-timed-ledger" \
    --output "$prefix-timed-counted-$1" --changelog "$prefix-timed-changelog-$1" --name numbers \
    --values "$work/values-$1"
}

test_accumulators() {
  verifier forge-accumulators --prefix "$prefix-timed" --values "$work/values" \
    --faults none,twice,kept,back,foreign,form,type,lost,early,short,unknown,end,cut,silent
  accumulator_case none 0 'ok    accumulator: 9 of 5 records behind 4 batches, 4 of them shown'
  accumulator_case short 0 '3 of them shown'
  accumulator_case twice 1 'has 10 of 5, behind no batch'
  accumulator_case kept 1 'state: the changelog ends with 7 of 4, the input with 9 of 5'
  accumulator_case back 1 'not rising: '
  accumulator_case foreign 1 "foreign: $prefix-timed-changelog-foreign-0@4"
  accumulator_case form 1 'form: '
  accumulator_case type 1 'form: '
  accumulator_case lost 1 'output: has 7 of 4, the batches of the ledger 9 of 5'
  accumulator_case early 1 'shown: behind batch 2 7 of 4, should be 4 of 3'
  accumulator_case unknown 1 'should be null'
  accumulator_case end 1 "end: 'end 7 4' was shown last, should be 'end 9 5'"
  accumulator_case cut 1 'end: '
  accumulator_case silent 1 'shown: nothing behind any batch'
}

test_offsets() {
  offsets_case none 0 'batch=42'
  offsets_case behind 1 'its end is'
  offsets_case batch 1 'partitions disagree'
  offsets_case metadata 1 'metadata: '
  offsets_case missing 1 'has no committed offset'
  offsets_ledger_case none 0 'batch=42'
  offsets_ledger_case ledger 1 'partitions disagree'
  offsets_ledger_case unwritten 1 "offset: $prefix-tables-ledger-0 has no committed offset"
}

record() { # KIND INC BATCH FROM UNTIL [OUTPUT_RECORDS] [TIME]
  printf '{"v":1,"kind":"%s","inc":%d,"own":"00000000000000%02d",' "$1" "$2" "$2"
  printf '"batch":{"id":%d,"time":%d,"closes_first":[],"closes":true,' "$3" "${7:-$(($3 * 1000))}"
  printf '"ranges":[["in",0,%d,%d],["in",1,5,5]]},"topics":[],"ends":[],' "$4" "$5"
  printf '"outputs":[["%s",0,%d]],' "$prefix-copy-none-key" "${6:-0}"
  printf '"outputs_hash":"0","previous_hash":"0"}\n'
}

ledger_case() { # NAME CODE TEXT, and the records on stdin
  cat >"$work/ledger"
  verifier forge-ledger --output "$prefix-ledger-$1" --lines "$work/ledger"
  expect "$2" "$3" verify-ledger --ledger "$prefix-ledger-$1"
}

test_ledgers() {
  local right=$prefix-ledger-right start
  start=$(record claim 1 0 10 10 && record batch 1 1 10 20)
  ledger_case right 0 'batch 2, incarnation 2' < <(echo "$start" && record claim 2 1 10 20 &&
    record batch 2 2 20 30)
  expect 1 'the ledger ends in-0 at 30' verify-ledger --ledger "$right" --group "$prefix-none"
  expect 1 'the ledger says 0' verify-ledger --ledger "$right" --output "$prefix-copy-none-key"
  ledger_case gap 1 'gap: ' < <(echo "$start" && record batch 1 2 21 30)
  ledger_case overlap 1 'overlap: ' < <(echo "$start" && record batch 1 2 19 30)
  ledger_case skipped 1 'is batch 3 after 1' < <(echo "$start" && record batch 1 3 20 30)
  ledger_case zombie 1 'owner: ' < <(echo "$start" && record claim 2 1 10 20 &&
    record batch 1 2 20 30)
  ledger_case again 1 'incarnation: ' < <(echo "$start" && record claim 1 1 10 20)
  ledger_case clock 1 'goes back from 1000' < <(echo "$start" && record batch 1 2 20 30 0 999)
  ledger_case backwards 1 'range: ' < <(echo "$start" && record batch 1 2 20 19)
  ledger_case missing 1 'leaves partitions out' < <(echo "$start" && record batch 1 2 20 30 |
    sed 's/,\["in",1,5,5\]//')
  ledger_case forgets 1 'repeats batch 0, the last one is 1' < <(echo "$start" &&
    record claim 2 0 10 20)
  ledger_case claims 1 'puts in-0 at 19, it was at 20' < <(echo "$start" && record claim 2 1 10 19)
  ledger_case empty 1 'empty: ' </dev/null
  ledger_case unclaimed 1 'unclaimed: ' < <(record batch 1 1 10 20)
}

windows_case() { # FAULT CODE TEXT [NAME [option...]]
  local fault=$1 code=$2 text=$3 name=${4:-windows}
  shift $(($# > 3 ? 4 : 3))
  expect "$code" "$text" verify-windows --input "$prefix-timed-left" --window 200 --slide 100 \
    --output "$prefix-timed-$name-$fault" --ledger "$prefix-timed-ledger" "$@"
}

join_case() { # FAULT CODE TEXT FORM
  expect "$2" "$3" verify-join --left "$prefix-timed-left" --right "$prefix-timed-right" \
    --form "$4" --output "$prefix-timed-$4-$1" --ledger "$prefix-timed-ledger"
}

sessions_case() { # FAULT CODE TEXT
  expect "$2" "$3" verify-sessions --input "$prefix-timed-left" --timeout 300 \
    --output "$prefix-timed-sessions-$1" --ledger "$prefix-timed-ledger"
}

test_timed() {
  verifier forge-timed --prefix "$prefix-timed" --faults none,lost,twice,value,late,moved,early,cut,more,text
  windows_case none 0 'ok    windows: 7 sums'
  windows_case lost 1 'gap: '
  windows_case twice 1 'foreign or double: '
  windows_case value 1 'sum: '
  windows_case late 1 'foreign or double: '
  windows_case moved 1 'moved: '
  windows_case early 1 'order: '
  windows_case text 1 'form: '
  windows_case none 0 'ok    windows: 18 sums' zeros --zeros yes
  windows_case none 1 'foreign or double: ' zeros
  join_case none 0 'ok    join: 2 pairs' pairs
  join_case lost 1 'gap: a = a#3|a#2' pairs
  join_case twice 1 'foreign or double: ' pairs
  join_case value 1 'gap: a = a#3|a#2' pairs
  join_case late 1 'time: ' pairs
  join_case none 0 'ok    join: 6 groups' groups
  join_case lost 1 'gap: c = |c#1' groups
  join_case twice 1 'foreign or double: ' groups
  join_case value 1 'foreign or double: ' groups
  join_case late 1 'time: ' groups
  sessions_case none 0 'ok    sessions: 7 totals, 2 sessions ended'
  sessions_case lost 1 'total: '
  sessions_case twice 1 'total: '
  sessions_case value 1 'total: '
  sessions_case late 1 'time: '
  sessions_case moved 1 'moved: '
  sessions_case early 1 'total: '
  sessions_case cut 1 "gap: 'b' should go on with "
  sessions_case more 1 'foreign: '
  sessions_case text 1 'form: '
}

table_case() { # FAULT CODE TEXT [option...]
  local fault=$1 code=$2 text=$3
  shift 3
  expect "$code" "$text" verify-table --stream "$prefix-tables-stream" \
    --table "$prefix-tables-table" --record "$work/table" --output "$prefix-tables-own-$fault" \
    --ledger "$prefix-tables-ledger" "$@"
}

number_case() { # FAULT CODE TEXT [option...]
  table_case "$1" "$2" "$3" --output "$prefix-tables-number-$1" --key number --missing drop \
    "${@:4}"
}

test_tables() {
  verifier forge-tables --prefix "$prefix-tables" --record "$work/table" --faults \
    none,lost,twice,aborted,early,stale,absent,undead,never,swap,bare,null,kept,rewound
  table_case none 0 'ok    table: 6 records beside a table of 3 keys' --compacted 2
  table_case none 1 'compaction: ' --compacted 3
  table_case lost 1 'gap: a = a#2|a#2'
  table_case twice 1 'foreign or double: '
  table_case aborted 1 'foreign or double: '
  table_case early 1 'has a = a#2|a#3, the table had a#2'
  table_case early 1 'back: '
  table_case stale 1 'has a = a#2|a#1, the table had a#2'
  table_case absent 1 'has a = a#2|-, the table had a#2'
  table_case undead 1 'has b = b#2|b#1, the table had -'
  table_case never 1 'never there: '
  table_case swap 1 'order: '
  table_case bare 1 'form: '
  table_case null 1 'form: '
  number_case none 0 'ok    table: 4 records'
  number_case none 1 'gap: a = a#2|-' --missing keep
  number_case lost 1 'gap: a = a#3|k3#1'
  number_case early 1 'has a = a#3|k3#2, the table had k3#1'
  number_case stale 1 'has a = a#3|k1#1, the table had k3#1'
  number_case stale 1 'never there: '
  number_case absent 1 'has a = a#3|-, the table had k3#1'
  number_case kept 1 'foreign or double: '
  # A ledger that agrees with a wrong output: what the table's topic held says it all the same.
  table_case rewound 1 'back: ' --ledger "$prefix-tables-rewound"
  # A reader along the table's topic that has not seen all, or something else.
  sed -i '3d' "$work/table"
  table_case none 1 'the reader has missed '
  sed -i '1s/#1/#7/' "$work/table"
  table_case none 1 "the reader has missed $prefix-tables-table-0@0: a = a#1"
}

test_readers
test_copies
test_counts
test_at_least_once
test_visits
test_states
test_timed
test_tables
test_accumulators
test_offsets
test_ledgers
((failures == 0)) || echo "$failures checks of the verifier are wrong"
exit $((failures > 0))
