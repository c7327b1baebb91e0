# What the workloads of bench/workloads share. Sourced by bench/run.sh; uses its variables.
# shellcheck shell=bash disable=SC2154

record() { # NAME WHO JSON: appends a result
  jq -c --arg name "$1" --arg who "$2" --arg interval "$interval_ms" \
    '{name: $name, who: $who, interval_ms: ($interval | tonumber)} + .' <<<"$3" >>"$results"
}

# Every topic has four partitions, unless a workload says otherwise in its local `partitions`.

declare -A inputs_made=() expected=()

# An input topic, made at its first use. 100 % of --scale are the sizes of the table in README.md.
# TOPIC-quarter holds the first quarter of the same records.
input() { # TOPIC
  [[ -z ${inputs_made[$1]:-} ]] || return 0
  local arguments size=$((100 * scale))
  [[ $1 != *-quarter ]] || size=$((25 * scale))
  case ${1%-quarter} in
    bench-count) arguments=(kind=count records=$((800 * size)) keys=1000000 zipf=0.99) ;;
    bench-few) arguments=(kind=count records=$((800 * size)) keys=1000 zipf=0) ;;
    bench-lines) arguments=(kind=lines records=$((100 * size)) keys=100000 zipf=1.0) ;;
    bench-json) arguments=(kind=json records=$((200 * size)) keys=100000 zipf=0.99) ;;
    bench-wide) arguments=(kind=count records=$((3000 * size)) keys=$((1000 * size)) zipf=0 value_bytes=8) ;;
    *) echo "bench: no input $1" >&2; return 1 ;;
  esac
  "$bin/bench_generate" brokers="$BENCH_BROKER" topic="$1" "${arguments[@]}" >&2
  inputs_made[$1]=yes
}

digest() { # TOPIC VIEW: the checksum of a view of a topic
  timeout 600 "$bin/bench_digest" brokers="$BENCH_BROKER" topic="$1" view="$2" \
    partitions="${partitions:-4}" | jq -r .checksum
}

expect() { # INPUT VIEW: what outputs are compared with, computed at its first use
  [[ -n ${expected[$1/$2]:-} ]] || expected[$1/$2]=$(digest "$1" "$2")
}

check() { # WHAT INPUT VIEW OUTPUT VIEW: a run with a wrong output is no result
  local key=$2/$3 actual
  expect "$2" "$3"
  actual=$(digest "$4" "$5")
  [[ $actual == "${expected[$key]}" ]] && return
  echo "bench: $1: wrong output: expected ${expected[$key]}, found $actual" >&2
  exit 1
}

create_topics() { # TOPIC...
  local topic
  for topic in "$@"; do
    "$bin/bench_topic" brokers="$BENCH_BROKER" create="$topic" \
      partitions="${partitions:-4}"
  done
}

delete_topics() { # TOPIC...: a run starts with empty outputs
  local topic
  for topic in "$@"; do
    "$bin/bench_topic" brokers="$BENCH_BROKER" delete="$topic" 2>/dev/null || true
  done
}

# Everything that the application bench-NAME leaves: the next run is its first.
forget() { # NAME
  rm -rf "$BENCH_STATE"
  delete_topics "bench-$1-out" "bench-$1-ledger" "bench-$1-changelog-$1"
  "$bin/bench_topic" brokers="$BENCH_BROKER" forget="bench-$1" 2>/dev/null || true
}

run_bound() { # MODE INPUT [argument...]: prints the figures
  delete_topics bound-out bound-changelog
  timeout 900 "$bin/bench_bound" mode="$1" brokers="$BENCH_BROKER" in="$2" out=bound-out \
    changelog=bound-changelog ms="$interval_ms" "${@:3}"
}

# The commit times of $work/lockstep.log, where each batch has a line at level debug: from all
# records handed to the client until the transaction (or, without one, the offsets) is committed.
with_commit_times() { # FIGURES: prints them with commits, commit_ms_p50 and commit_ms_p99
  sed -n 's/.*committed in \([0-9.]*\) ms.*/\1/p' "$work/lockstep.log" | jq -cs --argjson f "$1" '
    sort | $f + {commits: length, commit_ms_p50: .[length / 2 | floor], commit_ms_p99: .[length * 0.99 | floor]}'
}

run_lockstep() { # NAME [argument...]: prints the figures
  local figures
  create_topics "bench-$1-out"
  figures=$(timeout 900 "$bin/bench_measure" "$lockstep" run --until-end --log-level debug "${@:2}" \
    "$root/bench/configs/$1.yaml" 2>"$work/lockstep.log") || {
    tail -20 "$work/lockstep.log" >&2
    return 1
  }
  with_commit_times "$figures"
}

# A bench program that starts what it measures itself, whose log is shown only when something went wrong.
watched_command() { # PROGRAM COMMAND [argument...]: prints the figures
  timeout 300 "$bin/$1" brokers="$BENCH_BROKER" command="$2" "${@:3}" 2>"$work/lockstep.log" || {
    tail -20 "$work/lockstep.log" >&2
    return 1
  }
}

watched() { # PROGRAM CONFIG [argument...]: the same of Lockstep, with its commit times
  local figures
  figures=$(watched_command "$1" "$lockstep run --log-level debug $root/bench/configs/$2.yaml" "${@:3}") ||
    return 1
  with_commit_times "$figures"
}

print_pair() { # NAME PAIR BOUND LOCKSTEP
  jq -rn --arg name "$1" --arg pair "$2" --argjson b "$3" --argjson l "$4" '
    def rate(x): ($b.records / x.cpu_s / 1e6 * 100 | round / 100);
    def text(x): "\(rate(x)) M records/CPU-s (\(x.rss_max_mib) MiB, \(x.wall_s) s, " +
      "commit \(x.commit_ms_p50)/\(x.commit_ms_p99) ms)   ";
    "\($name) \($pair): bound \(text($b))lockstep \(text($l))" +
    "ratio \($b.cpu_s / $l.cpu_s * 100 | round / 100)"'
}

print_spread() { # NAME RATIO...
  printf '%s\n' "${@:2}" | jq -rs --arg name "$1" '
    sort | "\($name): ratio median \((.[(length - 1) / 2 | floor] + .[length / 2 | floor]) * 50 | round / 100)  spread \(.[0]) to \(.[-1])  (\(length) pairs)"'
}

# Bound and Lockstep in turn on the same input; both outputs are read back and compared.
pairs() { # NAME MODE INPUT INPUT-VIEW BOUND-VIEW LOCKSTEP-VIEW [bound's argument...]
  local name=$1 pair bound ours ratios=()
  input "$3"
  for ((pair = 1; pair <= pair_count; pair++)); do
    bound=$(run_bound "$2" "$3" "${@:7}")
    check "$name, bound" "$3" "$4" bound-out "$5"
    forget "$name"
    ours=$(run_lockstep "$name")
    check "$name, lockstep" "$3" "$4" "bench-$name-out" "$6"
    record "$name" bound "$bound"
    record "$name" lockstep "$ours"
    print_pair "$name" "$pair" "$bound" "$ours"
    ratios+=("$(jq -n --argjson b "$bound" --argjson l "$ours" '$b.cpu_s / $l.cpu_s * 100 | round / 100')")
  done
  print_spread "$name" "${ratios[@]}"
  forget "$name"
}
