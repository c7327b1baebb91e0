#!/usr/bin/env bash
# usage: cli.sh LOCKSTEP CASES: the program as a user sees it: exit codes, texts, `try` on golden files.
set -euo pipefail
lockstep=$1
cases=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
  echo "FAILED: $*" >&2
  failures=$((failures + 1))
}

# exits CODE TEXT ARGS...: the exit code, and a text in stdout or stderr.
exits() {
  local code=$1 text=$2 got=0
  shift 2
  timeout 60 "$lockstep" "$@" >"$work/all" 2>&1 </dev/null || got=$?
  [[ $got == "$code" ]] || fail "lockstep $*: exit $got, not $code"
  [[ -z $text ]] || grep -qF -- "$text" "$work/all" || fail "lockstep $*: no '$text' in: $(cat "$work/all")"
}

# tries CASE ARGS...: stdin lines give the golden output, whatever the order of keys.
tries() {
  local name=$1 got=0
  shift
  timeout 60 "$lockstep" try "$cases/$name.yaml" "$@" <"$cases/$name.in" 2>"$work/err" |
    sort -u >"$work/out" || got=$?
  [[ $got == 0 ]] || fail "try $name $*: exit $got: $(cat "$work/err")"
  diff "$cases/$name.out" "$work/out" || fail "try $name $*: another output"
}

good=$cases/word-counts.yaml
printf 'application: a\nkafka: { bootstrap: b }\nstreams: { s: { kafka: { topics: [t] }, steps: [ flatmap: x ] } }\noutputs: [ { from: s, print: {} } ]\n' >"$work/bad.yaml"

exits 64 "subcommand is required" frobnicate
exits 64 "FILE" lint
exits 66 "E002" lint "$work/none.yaml"
exits 66 "E002" run "$work/none.yaml"
exits 64 "log-level" run "$good" --log-level loud
exits 1 "did you mean 'flatMap'" lint "$work/bad.yaml"
exits 78 "error[E012]" run "$work/bad.yaml"
exits 0 "0 errors" lint "$good"
exits 1 "E031" lint "$good" --set batch.interval=1ms
# shellcheck disable=SC2016 # the backquotes are Markdown's
printf '# Example\n\n```yaml\napplication: a\nkafka: { bootstrap: b }\nthreads: 0\n```\n' >"$work/page.md"
exits 1 "page.md:6:10: error[E031]" lint "$work/page.md"
exits 66 "E002" lint "$work/none.md"
documents=("$cases"/../../../README.md "$cases"/../../../docs/*.md)
exits 0 " YAML blocks): 0 errors, 0 warnings" lint --deny-warnings "${documents[@]}"
exits 0 "updateStateByKey" explain "$good"
exits 0 '"application": "golden-counts"' explain "$good" --json
exits 0 "digraph" explain "$good" --format dot
exits 0 "committed offset below the log start" explain e203
exits 64 "E999" explain E999
exits 0 "batch.started" version --json
exits 64 "help: --stream lines" try "$good" --stream nothing
exits 64 "help: --stream orders, numbers or words" try "$cases/../test/passing.yaml"
exits 0 "" try "$cases/../test/passing.yaml" --stream words
exits 0 "Sessions: clicks" init
exits 64 "there is no example 'wordcount'" init wordcount
mkdir "$work/new"
(cd "$work/new" && "$lockstep" init etl-masking && "$lockstep" test etl-masking.yaml) >"$work/out" </dev/null ||
  fail "init etl-masking: $(cat "$work/out")"
cmp "$work/new/etl-masking.yaml" "$cases/../../../config/etl-masking.yaml" || fail "init: another file"
if (cd "$work/new" && "$lockstep" init etl-masking) >"$work/out" 2>&1; then fail "init overwrites"; fi
exits 0 '"title": "A Lockstep application"' schema

for threads in 1 4; do
  tries word-counts --set threads=$threads --set batch.interval=500ms
  tries chosen-topics --set threads=$threads
  tries keyed-json --keys --set threads=$threads
  grep -qF 'dead letter: nonsense' "$work/err" || fail "try: no dead letter on stderr"
  grep -qF 'lockstep.kind=eval' "$work/err" || fail "try: the failed comparison is no dead letter"
done

# A bad record with `errors: stop` ends the program, also while stdin stays open.
got=0
mkfifo "$work/open"
exec 3<>"$work/open"
printf 'k\tnonsense\n' >&3
timeout 60 "$lockstep" try "$cases/keyed-json.yaml" --keys --set errors.decode=stop \
  <"$work/open" >"$work/all" 2>&1 || got=$?
exec 3>&-
[[ $got == 65 ]] || fail "try with a bad record and stop: exit $got, not 65"
grep -qF E301 "$work/all" || fail "try with a bad record and stop: no E301"

# `test`: results, differences, forms. Nobody waits for the hour that one of them takes.
tests=$cases/../test
exits 0 "1 test in 1 file: 1 passed, 0 failed" test "$tests/sources.yaml"
exits 0 "" try "$tests/sources.yaml" --stream files
exits 64 "help: --stream files, lines, orders, again or plain" try "$tests/sources.yaml"
exits 0 "golden-sources-receiver-files.positions" explain "$tests/sources.yaml"
exits 0 "6 tests in 1 file: 6 passed, 0 failed" test "$tests/passing.yaml"
exits 0 "1 test in 1 file: 1 passed, 0 failed" test "$tests/joins.yaml"
exits 0 "1 test in 1 file: 1 passed, 0 failed" test "$tests/initial-state.yaml"
exits 0 "same output" test "$tests/initial-state.yaml" --chaos 3
exits 1 "3 tests in 2 files: 2 passed, 1 failed" test "$tests/passing.yaml" "$tests/failing.yaml" --filter state
exits 0 "1 test in 2 files: 1 passed, 0 failed" test "$tests/passing.yaml" "$tests/failing.yaml" --filter "this one"
exits 1 "no test has 'nothing'" test "$tests/passing.yaml" --filter nothing
exits 0 "word-counts.yaml: no tests" test "$good"
exits 0 "same output" test "$tests/passing.yaml" --chaos 5
exits 0 "note    $tests/sources.yaml: stream" test "$tests/sources.yaml" --chaos 2
exits 0 '"schedules": 2' test "$tests/joins.yaml" --chaos 2 --seed 7 --json
exits 1 "--set 'guarantee=at_least_once' --chaos 1 --seed " test "$tests/passing.yaml" --chaos 50 --set guarantee=at_least_once
grep -qF "help: with --set guarantee=exactly_once" "$work/all" || fail "test --chaos at_least_once: no help"
exits 64 "--chaos" test "$tests/passing.yaml" --chaos 0
exits 64 "--chaos" test "$tests/passing.yaml" --chaos many
exits 64 "--seed requires --chaos" test "$tests/passing.yaml" --seed 3
exits 78 "error[E012]" test "$work/bad.yaml" "$tests/failing.yaml"
exits 66 "E002" test "$work/none.yaml"
exits 1 '"what": "state of counts"' test "$tests/failing.yaml" --json
exits 78 '1 file with errors' test "$tests/passing.yaml" "$work/bad.yaml" --junit "$work/junit.xml"
grep -qF '<testsuites tests="7" failures="0" errors="1">' "$work/junit.xml" || fail "test --junit: $(cat "$work/junit.xml")"
{
  sed "/^tests:/,\$d" "$tests/failing.yaml"
  printf 'errors: { eval: dead_letter, dead_letter_topic: dlq }\ntests:\n'
  printf '  - { name: x, batches: [ { lines: [ { key: k } ] } ], expect: { counts: [ {} ] } }\n'
} >"$work/letters.yaml"
exits 1 "letters.yaml:25:13: dead_letters: - expected, + came" test "$work/letters.yaml"
exits 1 '+ { step: counts.flatMap#1, cause: eval' test "$work/letters.yaml"
got=0
(cd "$tests" && timeout 60 "$lockstep" test failing.yaml) >"$work/out" 2>"$work/err" </dev/null || got=$?
[[ $got == 1 ]] || fail "test failing.yaml: exit $got, not 1"
diff "$tests/failing.out" "$work/out" || fail "test failing.yaml: another text"
[[ ! -s $work/err ]] || fail "test failing.yaml: on stderr: $(cat "$work/err")"

[[ $failures == 0 ]] || exit 1
echo "all as expected"
