# shellcheck shell=bash disable=SC2154
# Kafka Streams and Flink on the inputs of copy, count, words and json, and their start and
# recovery, beside the bound's and Lockstep's figures of the same run (bench/README.md, "Peers").
#
# BENCH_PEERS      which ones: PROGRAM/STORE, as in all_peers (all of them)
# BENCH_PEER_JOBS  which jobs (copy count words json start recover)

all_peers="kafka-streams/rocksdb kafka-streams/memory flink/heap flink/rocksdb"
peer_runs=0

# Sets peer_command, one word an element: bench_first_output splits at blanks.
peer_start() { # PEER JOB APPLICATION IN OUT [argument...]
  local program=${1%/*} heap
  case $program in
    kafka-streams) heap="-Xms2g -Xmx2g -Xmn1g" ;;
    flink) heap="-Xms1g -Xmx1g" ;;
  esac
  # shellcheck disable=SC2206
  peer_command=(java $heap -XX:+UseParallelGC -Dorg.slf4j.simpleLogger.defaultLogLevel=error
    -Djava.io.tmpdir="$work" -cp "$("$root/bench/peers/build.sh" "$program")" bench.Main
    store="${1#*/}" job="$2" application="$3" brokers="$BENCH_BROKER" in="$4" out="$5"
    dir="$BENCH_STATE/$3" "${@:6}")
}

peer_forget() { # APPLICATION: its topics and its folder
  rm -rf "${BENCH_STATE:?}/$1"
  delete_topics "$1-out" "$1-state-changelog" "$1-words-repartition" "$1-countries-repartition"
}

peer_failed() { # PEER WHAT
  tail -20 "$work/peer.log" >&2
  echo "bench: $1: $2 failed" >&2
  exit 1
}

# Each run is an application of its own. Prints the figures.
peer_run() { # PEER JOB INPUT APPLICATION
  local peer_command
  create_topics "$4-out"
  peer_start "$1" "$2" "$4" "$3" "$4-out" interval_ms="$interval_ms"
  timeout 900 "$bin/bench_measure" "${peer_command[@]}" 2>"$work/peer.log" || peer_failed "$1" "$2"
}

# The whole input with its output read back, then the first quarter of it alone: the difference is
# what the rest costs, without the start and most of the compilation of the JVM.
peer_job() { # PEER JOB INPUT INPUT-VIEW OUTPUT-VIEW RECORDS
  local application=peer-$((++peer_runs)) whole quarter
  whole=$(peer_run "$1" "$2" "$3" "$application")
  check "$2, $1" "$3" "$4" "$application-out" "$5"
  peer_forget "$application"
  application=peer-$((++peer_runs))
  quarter=$(peer_run "$1" "$2" "$3-quarter" "$application")
  peer_forget "$application"
  whole=$(jq -c --argjson quarter "$quarter" --argjson records "$6" '. + {records: $records,
    steady_records: ($records * 3 / 4), steady_cpu_s: (.cpu_s - $quarter.cpu_s)}' <<<"$whole")
  record "$2" "$1" "$whole"
  peer_row "$2" "$1" "$whole"
}

peer_row() { # JOB PROGRAM FIGURES: a line of the table; sets lockstep_rate when it is Lockstep's
  jq -r --arg job "$1" --arg program "$2" --argjson ours "${lockstep_rate:-0}" '
    def multiple(rate): if $ours > 0 and rate > 0 then $ours / rate * 10 | round / 10 else "-" end;
    (.records / .cpu_s) as $rate
    | (if (.steady_cpu_s // 0) > 0 then .steady_records / .steady_cpu_s else 0 end) as $steady
    | [$job, $program, ($rate / 1e3 | round),
       (if $steady > 0 then $steady / 1e3 | round else "-" end), .rss_max_mib, .wall_s,
       multiple($rate), multiple($steady)] | @tsv' <<<"$3" |
    awk -F'\t' '{printf "%-8s %-22s %8s %8s %8s %8.1f %9s %9s\n", $1, $2, $3, $4, $5, $6, $7, $8}'
}

peer_jobs() { # JOB INPUT INPUT-VIEW BOUND-VIEW OUTPUT-VIEW
  local bound ours records peer lockstep_rate=
  input "$2"
  input "$2-quarter"
  bound=$(run_bound "$1" "$2")
  check "$1, bound" "$2" "$3" bound-out "$4"
  forget "$1"
  ours=$(run_lockstep "$1")
  check "$1, lockstep" "$2" "$3" "bench-$1-out" "$5"
  forget "$1"
  records=$(jq .records <<<"$bound")
  ours=$(jq -c --argjson records "$records" '. + {records: $records}' <<<"$ours")
  lockstep_rate=$(jq '.records / .cpu_s' <<<"$ours")
  record "$1" bound "$bound"
  record "$1" lockstep "$ours"
  peer_row "$1" bound "$bound"
  peer_row "$1" lockstep "$ours"
  for peer in "${peers[@]}"; do
    # Without state the stores of a program are the same.
    [[ $1 != copy || $peer == */rocksdb ]] || continue
    peer_job "$peer" "$1" "$2" "$3" "$5" "$records"
  done
}

peer_times() { # NAME PEER FIGURES
  record "$1" "$2" "$3"
  jq -r --arg who "$1, $2" '
    "\($who): ms: p50 \(.ms_p50)  max \(.ms_max)  (\(.runs) runs)"' <<<"$3"
}

# From exec to the first committed output, one record waiting.
peer_starts() {
  local peer application figures peer_command
  workload_start
  for peer in "${peers[@]}"; do
    [[ $peer == */rocksdb ]] || continue
    application=peer-$((++peer_runs))
    create_topics "$application-in" "$application-out"
    peer_start "$peer" copy "$application" "$application-in" "$application-out" \
      until=stopped interval_ms=10
    figures=$(watched_command bench_first_output "${peer_command[*]}" in="$application-in" \
      out="$application-out" runs=5 limit_s=50)
    peer_times start "$peer" "$figures"
    peer_forget "$application"
  done
}

# kill -9 under load, then exec to the first new committed output; the folder stays.
peer_recovers() {
  local peer application figures peer_command
  workload_recover
  for peer in "${peers[@]}"; do
    application=peer-$((++peer_runs))
    create_topics "$application-out"
    peer_start "$peer" count "$application" bench-count "$application-out" until=stopped \
      interval_ms=100 rate=$((4 * BENCH_RATE))
    # The first run starts on nothing and is none of a recovery.
    figures=$(watched_command bench_first_output "${peer_command[*]}" out="$application-out" runs=4 \
      kill_after_ms=2000 limit_s=60 | jq -c '.ms[1:] | sort
        | {runs: length, ms_p50: .[length / 2 | floor], ms_max: .[-1], ms: .}')
    peer_times recover "$peer" "$figures"
    peer_forget "$application"
  done
}

workload_peers() {
  local job peers
  read -ra peers <<<"${BENCH_PEERS:-$all_peers}"
  echo "peers: thousands of input records per CPU-second, of the whole run and of its last three"
  echo "       quarters; x: how many times as many Lockstep's whole run does"
  printf '%-8s %-22s %8s %8s %8s %8s %9s %9s\n' \
    job program whole steady MiB wall_s x-whole x-steady
  for job in ${BENCH_PEER_JOBS:-copy count words json start recover}; do
    case $job in
      copy) peer_jobs copy bench-count records records records ;;
      count) peer_jobs count bench-count keys long-little long-big ;;
      words) peer_jobs words bench-lines words long-little long-big ;;
      json) peer_jobs json bench-json amounts double-little double-big ;;
      start) peer_starts ;;
      recover) peer_recovers ;;
      *) echo "bench: no job '$job' for the peers" >&2; return 64 ;;
    esac
  done
}
