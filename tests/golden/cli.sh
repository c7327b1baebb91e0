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
  grep -qF -- "$text" "$work/all" || fail "lockstep $*: no '$text' in: $(cat "$work/all")"
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
exits 64 "no Kafka stream" try "$good" --stream nothing

for threads in 1 4; do
  tries word-counts --set threads=$threads --set batch.interval=500ms
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

[[ $failures == 0 ]] || exit 1
echo "all as expected"
