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
  : >"$work/$pipeline.log"
  start "$pipeline" "$@"
  expect_end "$what" "$wanted" "$error" "$pipeline"
}

# The pipeline that was started last ends so.
expect_end() { # WHAT EXIT_CODE ERROR_CODE PIPELINE
  local what=$1 wanted=$2 error=$3 pipeline=$4
  cases=$((cases + 1))
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

# The new topic is longer than what was committed of the old one: only the ids tell them apart.
case_recreated_while_read() {
  local before
  plain swap
  new_topics swap-in swap-out
  write_lines swap-in a b c
  start swap
  wait_until 20 has_committed e2e-swap swap-in 0:3 || fail "swap has not read its input"
  kill -STOP "$pid"
  ask_broker delete swap-in
  wait_until 20 topic_gone swap-in || fail "swap-in is not deleted"
  new_topics swap-in
  write_lines swap-in d e f g h i j
  before=$(offsets_of e2e-swap swap-in)
  kill -CONT "$pid"
  expect_end "a topic recreated while it is read" 65 E205 swap
  expect_unmoved "a topic recreated while it is read" e2e-swap swap-in "$before"
  [[ $(read_all swap-out) == $'a\nb\nc' ]] || note "output of the new topic: $(read_all swap-out)"
}

has_committed() { [[ $(offsets_of "$1" "$2") == "$3" ]]; } # GROUP TOPIC OFFSETS

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
  case_full_disk
}

# A disk of one MiB, in a namespace of its own: where users may have them, that needs no root.
case_full_disk() {
  local program=$lockstep holder
  mkdir "$work/full"
  unshare -rm bash -c "mount -t tmpfs -o size=1m lockstep-e2e '$work/full' &&
    touch '$work/full.ready' && exec sleep 300" </dev/null &
  holder=$!
  children+=("$holder")
  if ! wait_until 10 full_disk_or_none "$holder" || [[ ! -e $work/full.ready ]]; then
    say "SKIPPED: a full disk: this user may not have a mount namespace"
    return
  fi
  in_disk=(nsenter -t "$holder" -U -m --preserve-credentials)
  printf '#!/bin/sh\nexec %s "%s" "$@"\n' "${in_disk[*]}" "$program" >"$work/in-disk"
  chmod +x "$work/in-disk"
  lockstep=$work/in-disk
  stateful full "$work/full/state"
  "${in_disk[@]}" head -c 1000000 /dev/zero 2>/dev/null |
    "${in_disk[@]}" dd of="$work/full/filler" status=none || true
  seq -f 'a rather long word, number %.0f, so that values need room' 20000 |
    kcat -P -b "$brokers" -t disk-in -p 0 2>/dev/null
  expect "a full disk" 74 E701 full
  "${in_disk[@]}" mount -o remount,size=64m "$work/full"
  expect "the same disk with room" 0 - full --until-end
  lockstep=$program
}

full_disk_or_none() { [[ -e $work/full.ready ]] || ended "$1"; } # HOLDER

case_login() {
  local guarded=localhost:$((${brokers##*:} + 4000))
  pipeline login "kafka: { bootstrap: \"$guarded\", security: { protocol: sasl_plaintext, mechanism:
    PLAIN, username: alice, password: wrong-secret } }" "start_timeout: 10s"
  expect "a wrong password" 77 E241 login
  if grep -q wrong-secret "$work"/login.*[go]; then note "the password is in the log"; fi
}

# One record in three cannot be read: with `stop` nothing is committed, with `dead_letter` it goes
# there and the others go on.
case_bad_record() { # FORMAT GOOD BAD GOOD
  local format=$1 errors headers letters=$1-letters name
  new_topics "$letters"
  for errors in stop dead_letter; do
    name=$format-$errors
    pipeline "$name" "kafka: { bootstrap: \"$brokers\" }" \
      "errors: { decode: $errors, dead_letter_topic: $letters }"
    sed -i "s/key: bytes, value: string/key: bytes, value: $format/" "$work/$name.yaml"
    new_topics "$name-in" "$name-out"
    write_lines "$name-in" "$2" "$3" "$4"
  done
  expect "a bad $format, stop" 65 E301 "$format-stop" --until-end
  expect_unmoved "a bad $format, stop" "e2e-$format-stop" "$format-stop-in" "0:0"
  grep -q "$format-stop-in/0.*1" "$work/$format-stop.log" || note "no place: $format-stop"
  [[ -z $(read_all "$format-stop-out") ]] || note "a bad $format, stop: output before the error"
  name=$format-dead_letter
  expect "a bad $format, dead_letter" 0 - "$name" --until-end
  [[ $(offsets_of "e2e-$name" "$name-in") == 0:3 ]] || note "$name: offsets do not go on"
  [[ $(read_all "$name-out") == "$2"$'\n'"$4" ]] || note "$name: output '$(read_all "$name-out")'"
  headers=$(read_all "$letters" '%s %h\n')
  grep -qF -- "$3 " <<<"$headers" || note "$name: not among the dead letters: '$headers'"
  grep -q "topic=$name-in" <<<"$headers" || note "$name: no place in the headers: '$headers'"
  [[ $(wc -l <<<"$headers") == 1 ]] || note "$name: not one dead letter: '$headers'"
}

read_all() { # TOPIC [FORMAT]: what a read_committed reader sees
  kcat -C -b "$brokers" -t "$1" -e -q -f "${2:-%s\n}" -X isolation.level=read_committed 2>/dev/null
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
case_recreated_while_read
case_retention
case_disk
case_login
case_bad_record long 8-bytes. short 8-bytes!
case_bad_record json '{"a":1}' '{"a":' '{"a":[2,"x"]}'
((wrong == 0)) || fail "$wrong findings in $cases cases"
say "ok: $cases cases"
