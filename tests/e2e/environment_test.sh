#!/usr/bin/env bash
# What goes wrong around the program: each case ends with the right exit code, a code in the message,
# and help; and the committed offsets have not moved.
#
# usage: environment_test.sh [KAFKA_VERSION]
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/e2e/lib/program.sh
source "$here/lib/program.sh"

cases=0
wrong=0

note() { # WHAT...: a finding
  say "WRONG: $*"
  wrong=$((wrong + 1))
}

# Runs the pipeline; it must end with the code, and say the error with help.
expect() { # WHAT EXIT_CODE ERROR_CODE PIPELINE [flag...]
  local what=$1 wanted=$2 error=$3 pipeline=$4
  shift 4
  cases=$((cases + 1))
  : >"$work/$pipeline.log"
  start "$pipeline" "$@"
  if ! wait_end "$pid" 40; then
    kill_9 "$pid"
    note "$what: still running after 40 s: $(tail -3 "$work/$pipeline.log")"
    return
  fi
  ((code == wanted)) || note "$what: exit code $code, not $wanted: $(tail -3 "$work/$pipeline.log")"
  ((wanted == 0)) && return
  grep -q "error\[$error\]" "$work/$pipeline.log" ||
    note "$what: no $error in: $(tail -3 "$work/$pipeline.log")"
  grep -q '^ *help: ' "$work/$pipeline.log" || note "$what: no help: $(tail -3 "$work/$pipeline.log")"
}

offsets_of() { ask_broker committed "$1" "$2" | cut -d' ' -f1; } # GROUP TOPIC

expect_unmoved() { # WHAT GROUP TOPIC OFFSETS_BEFORE
  [[ $(offsets_of "$2" "$3") == "$4" ]] || note "$1: committed offsets have moved"
}

write_lines() { # TOPIC TEXT...: one record each
  local topic=$1
  shift
  printf '%s\n' "$@" | kcat -P -b "$brokers" -t "$topic" -p 0 2>/dev/null
}

new_topics() { # TOPIC...
  local topic
  for topic in "$@"; do
    ask_broker create "$topic" 1
    wait_until 20 ask_broker end "$topic" >/dev/null || fail "$topic has no leader"
  done
}

pipeline() { # NAME [further top-level line...]: NAME-in -> NAME-out
  local name=$1
  shift
  {
    echo "application: e2e-$name"
    echo "batch: { interval: 100ms }"
    printf '%s\n' "$@"
    cat <<YAML
streams:
  records:
    kafka: { topics: [$name-in], key: bytes, value: string }
outputs:
  - { from: records, kafka: { topic: $name-out, key: bytes, value: string } }
YAML
  } >"$work/$name.yaml"
}

plain() { # NAME: the same on the test's broker
  pipeline "$1" "kafka: { bootstrap: \"$brokers\" }"
}

case_broker() {
  pipeline nowhere "kafka: { bootstrap: \"localhost:1\" }" "start_timeout: 2s"
  expect "no broker" 69 E201 nowhere
}

case_topics() {
  local before
  plain missing
  expect "no input topic" 78 E211 missing
  new_topics missing-in
  expect "no output topic" 78 E211 missing

  plain again
  new_topics again-in again-out
  write_lines again-in a b c
  expect "a first run" 0 - again --until-end
  ask_broker delete again-in
  wait_until 20 topic_gone again-in || fail "again-in is not deleted"
  new_topics again-in
  write_lines again-in d e f
  before=$(offsets_of e2e-again again-in) # the broker forgets them with the topic
  expect "a recreated topic" 65 E205 again --until-end
  expect_unmoved "a recreated topic" e2e-again again-in "$before"
}

topic_gone() { ! kcat -L -b "$brokers" 2>/dev/null | grep -q "topic \"$1\""; }

case_retention() {
  local before
  plain gone
  new_topics gone-in gone-out
  write_lines gone-in a b c
  expect "a first run" 0 - gone --until-end
  before=$(offsets_of e2e-gone gone-in)
  write_lines gone-in d e f
  ask_broker delete-records gone-in 0 5
  expect "deleted records" 65 E203 gone --until-end
  expect "deleted records, as a daemon" 65 E203 gone
  expect_unmoved "deleted records" e2e-gone gone-in "$before"
}

stateful() { # NAME FOLDER
  cat >"$work/$1.yaml" <<YAML
application: e2e-$1
batch: { interval: 100ms }
kafka: { bootstrap: "$brokers" }
state: { dir: "$2", checkpoint_interval: 200ms }
streams:
  records:
    kafka: { topics: [disk-in], key: string, value: string }
  sums:
    from: records
    steps:
      - map: { key: value, value: value }
      - id: sums
        updateStateByKey: { update: last, emit: changed }
outputs:
  - { from: sums, kafka: { topic: disk-out, key: string, value: string } }
YAML
}

case_disk() {
  new_topics disk-in disk-out
  write_lines disk-in a b c
  touch "$work/file"
  stateful file "$work/file/state"
  expect "a file in the place of a folder" 74 E703 file --until-end
  # Whether or not the claim came first: nothing is processed.
  [[ $(offsets_of e2e-file disk-in) =~ ^0:(0|-1001)$ ]] || note "a file: committed offsets have moved"
  stateful parent "$work/no/such/parent"
  expect "parents are made" 0 - parent --until-end
  ((EUID == 0)) || return 0
  mkdir "$work/full"
  mount -t tmpfs -o size=1m lockstep-e2e "$work/full" 2>/dev/null || return 0
  stateful full "$work/full/state"
  head -c 1000000 /dev/zero >"$work/full/filler" || true
  seq -f 'a rather long word, number %.0f, so that values need room' 20000 |
    kcat -P -b "$brokers" -t disk-in -p 0 2>/dev/null
  expect "a full disk" 74 E701 full
  umount "$work/full"
  expect "the disk after it" 0 - full --until-end
}

case_login() {
  local guarded=localhost:$((${brokers##*:} + 4000))
  pipeline login "kafka: { bootstrap: \"$guarded\", security: { protocol: sasl_plaintext, mechanism:
    PLAIN, username: alice, password: wrong-secret } }" "start_timeout: 10s"
  expect "a wrong password" 77 E241 login
  if grep -q wrong-secret "$work"/login.*[go]; then note "the password is in the log"; fi
}

case_bad_record() {
  local errors headers
  for errors in stop dead_letter; do
    pipeline "bad-$errors" "kafka: { bootstrap: \"$brokers\" }" \
      "errors: { decode: $errors, dead_letter_topic: bad-letters }"
    sed -i "s/key: bytes, value: string/key: bytes, value: long/" "$work/bad-$errors.yaml"
    new_topics "bad-$errors-in" "bad-$errors-out"
    write_lines "bad-$errors-in" 8-bytes. short 8-bytes!
  done
  new_topics bad-letters
  expect "a bad record, stop" 65 E301 bad-stop --until-end
  expect_unmoved "a bad record, stop" e2e-bad-stop bad-stop-in "0:0"
  expect "a bad record, dead_letter" 0 - bad-dead_letter --until-end
  [[ $(offsets_of e2e-bad-dead_letter bad-dead_letter-in) == 0:3 ]] || note "offsets do not go on"
  headers=$(kcat -C -b "$brokers" -t bad-letters -e -q -f '%s %h\n' \
    -X isolation.level=read_committed 2>/dev/null)
  grep -q '^short ' <<<"$headers" || note "not among the dead letters: '$headers'"
  grep -q 'topic=bad-dead_letter-in' <<<"$headers" || note "no place in the headers: '$headers'"
}

guard_broker() { # a listener with passwords, beside the plain one
  local port=$1
  cat >"$2" <<SETTINGS
listeners=PLAINTEXT://localhost:$port,CONTROLLER://localhost:$((port + 1)),GUARDED://localhost:$((port + 4000))
advertised.listeners=PLAINTEXT://localhost:$port,GUARDED://localhost:$((port + 4000))
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,GUARDED:SASL_PLAINTEXT
sasl.enabled.mechanisms=PLAIN
listener.name.guarded.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="right";
SETTINGS
}

open_session "${1:-4.1.0}" guard_broker
case_broker
case_topics
case_retention
case_disk
case_login
case_bad_record
((wrong == 0)) || fail "$wrong findings in $cases cases"
say "ok: $cases cases"
