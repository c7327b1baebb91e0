#!/usr/bin/env bash
# usage: restart.sh LOCKSTEP BROKER_TOOL: the shipped word count (config/word-counts.yaml) as a user
# would run it: to its end at once, interrupted on the way, with other threads. Whatever happens to
# it, the last count of each word is the golden one, and every count on the way comes once.
# Needs LOCKSTEP_TEST_BROKER=HOST:PORT; leaves its topics behind.
set -euo pipefail
lockstep=$1
tool=$2
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
golden=$root/tests/golden/restart
brokers=${LOCKSTEP_TEST_BROKER:?a broker for tests}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KAFKA=$brokers

fail() {
  echo "FAILED: $*" >&2
  tail -5 "$work/log" >&2
  exit 1
}

prepare() { # NAME: the file with names of its own, and its topics, filled
  local topic
  name=golden-$$-$1
  export STATE_DIR=$work/$name
  sed "s/application: word-counts/application: $name/; s/\[lines\]/[$name-lines]/
    s/topic: word-counts/topic: $name-counts/" "$root/config/word-counts.yaml" >"$work/$name.yaml"
  for topic in lines counts; do "$tool" "$brokers" create "$name-$topic" 3; done
  kcat -P -b "$brokers" -t "$name-lines" -X partitioner=random <"$golden/lines.in"
}

# A few records per batch, so that there is something to interrupt.
run() { # EXIT_CODE flag...
  local wanted=$1 got=0
  shift
  timeout 60 "$lockstep" run "$work/$name.yaml" --set batch.interval=50ms \
    --set batch.max_records_per_partition=10 "$@" >>"$work/log" 2>&1 </dev/null || got=$?
  ((got == wanted)) || fail "$name: exit $got, not $wanted"
}

check() {
  local records
  kcat -C -b "$brokers" -t "$name-counts" -e -q -s value='>q' -f '%k\t%s\n' >"$work/all" 2>>"$work/log"
  awk -F '\t' '{ last[$1] = $2 } END { for (word in last) print word "\t" last[word] }' "$work/all" |
    LC_ALL=C sort >"$work/out"
  diff "$golden/counts.out" "$work/out" || fail "$name: other counts"
  records=$(sort "$work/all" | uniq -d | head -3)
  [[ -z $records ]] || fail "$name: the same count twice: $records"
}

prepare straight
run 0 --until-end
check
prepare threads
run 0 --until-end --set threads=4
check
prepare interrupted
LOCKSTEP_FAILPOINTS="commit.on_wire=kill@2" run 137
LOCKSTEP_FAILPOINTS="produce.last=kill@2" run 137 --set threads=4
LOCKSTEP_FAILPOINTS="batch.confirmed=kill@1" run 137 --until-end
run 0 --until-end
check
run 0 --until-end # there is nothing left to count
check
echo "all as expected"
