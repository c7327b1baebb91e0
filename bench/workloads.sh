# The workloads of bench/run.sh: one function each. Sourced; uses its variables.
# shellcheck shell=bash disable=SC2154

record() { # NAME WHO JSON: appends a result
  jq -c --arg name "$1" --arg who "$2" --arg records "$records" \
    '{name: $name, who: $who, input: ($records | tonumber)} + .' <<<"$3" >>"$results"
}

delete_topics() { # TOPIC...: a run starts with empty outputs
  local topic
  for topic in "$@"; do
    "$bin/bench_topic" brokers="$BENCH_BROKER" delete="$topic" 2>/dev/null || true
  done
}

check() { # WHAT EXPECTED ACTUAL: a run with a wrong output is no result
  [[ $2 == "$3" ]] && return
  echo "bench: $1: wrong output: expected $2, found $3" >&2
  exit 1
}

print_pair() { # NAME PAIR BOUND LOCKSTEP
  jq -rn --arg name "$1" --arg pair "$2" --argjson b "$3" --argjson l "$4" --argjson n "$records" '
    def rate(x): ($n / x.cpu_s / 1e6 * 100 | round / 100);
    "\($name) \($pair): bound \(rate($b)) M records/CPU-s (\($b.rss_max_mib) MiB, \($b.wall_s) s)   " +
    "lockstep \(rate($l)) M records/CPU-s (\($l.rss_max_mib) MiB, \($l.wall_s) s)   " +
    "ratio \($b.cpu_s / $l.cpu_s * 100 | round / 100)"'
}

run_lockstep() { # CONFIG: prints the figures
  "$bin/bench_measure" "$lockstep" run --until-end "$root/bench/configs/$1" 2>"$work/lockstep.log" || {
    tail -20 "$work/lockstep.log" >&2
    return 1
  }
}

workload_copy() {
  local pair bound ours
  for ((pair = 1; pair <= pairs; pair++)); do
    delete_topics bound-copy bench-copy bench-copy-ledger
    bound=$("$bin/bench_bound" mode=copy brokers="$BENCH_BROKER" in=bench-count out=bound-copy)
    check "copy, bound" "$(jq .checksum <<<"$expected")" \
      "$("$bin/bench_digest" brokers="$BENCH_BROKER" topic=bound-copy | jq .checksum)"
    "$bin/bench_topic" brokers="$BENCH_BROKER" create=bench-copy partitions=4
    ours=$(run_lockstep copy.yaml)
    check "copy, lockstep" "$(jq .checksum <<<"$expected")" \
      "$("$bin/bench_digest" brokers="$BENCH_BROKER" topic=bench-copy | jq .checksum)"
    record copy bound "$bound"
    record copy lockstep "$ours"
    print_pair copy "$pair" "$bound" "$ours"
    forget_group bench-copy
  done
}

workload_count() {
  local pair bound ours
  for ((pair = 1; pair <= pairs; pair++)); do
    delete_topics bound-counts bound-changelog bench-counts bench-count-app-ledger bench-count-app-changelog-counts
    rm -rf "$BENCH_STATE"
    bound=$("$bin/bench_bound" mode=count brokers="$BENCH_BROKER" in=bench-count out=bound-counts changelog=bound-changelog)
    check "count, bound" "$(jq .counts_checksum <<<"$expected")" \
      "$("$bin/bench_digest" brokers="$BENCH_BROKER" topic=bound-counts counts=little | jq .counts_checksum)"
    "$bin/bench_topic" brokers="$BENCH_BROKER" create=bench-counts partitions=4
    ours=$(run_lockstep count.yaml)
    check "count, lockstep" "$(jq .counts_checksum <<<"$expected")" \
      "$("$bin/bench_digest" brokers="$BENCH_BROKER" topic=bench-counts counts=big | jq .counts_checksum)"
    record count bound "$bound"
    record count lockstep "$ours"
    print_pair count "$pair" "$bound" "$ours"
    forget_group bench-count-app
  done
}

forget_group() { # APPLICATION: the next pair starts at the beginning
  "$bin/bench_topic" brokers="$BENCH_BROKER" forget="$1"
}

workload_start() {
  "$bin/bench_topic" brokers="$BENCH_BROKER" create=bench-start-in partitions=4
  "$bin/bench_topic" brokers="$BENCH_BROKER" create=bench-start-out partitions=4
  local figures
  figures=$("$bin/bench_first_output" brokers="$BENCH_BROKER" in=bench-start-in out=bench-start-out runs=10 \
    command="$lockstep run $root/bench/configs/start.yaml")
  record start lockstep "$figures"
  jq -r '"start: exec to first committed output, ms: p50 \(.ms_p50)  max \(.ms_max)  (\(.runs) runs)"' <<<"$figures"
}

workload_recover() {
  "$bin/bench_topic" brokers="$BENCH_BROKER" create=bench-recover-out partitions=4
  rm -rf "$BENCH_STATE"
  local figures
  figures=$("$bin/bench_first_output" brokers="$BENCH_BROKER" out=bench-recover-out runs=5 kill_after_ms=2000 \
    command="$lockstep run $root/bench/configs/recover.yaml")
  record recover lockstep "$figures"
  jq -r '"recover: kill -9 under load, exec to first new committed output, ms: p50 \(.ms_p50)  max \(.ms_max)  (\(.runs) runs)"' <<<"$figures"
}
