# shellcheck shell=bash disable=SC2154
# How the cost of a record moves with the number of keys and partitions, the size of values and the
# interval. Each point is a run of `count` or `copy` beside its bound on an input of its own.
# BENCH_SCALE_OF chooses among "keys partitions values interval"; docs/performance.md has the tables.

# One point: pairs of the workload on an input made by the arguments.
scale_point() { # WHAT WORKLOAD INPUT-VIEW BOUND-VIEW LOCKSTEP-VIEW "BOUND'S ARGUMENTS" [generator's argument...]
  local what=$1 workload=$2 topic=bench-scale pair bound ours
  "$bin/bench_generate" brokers="$BENCH_BROKER" topic="$topic" kind=count "${@:7}" >&2
  for ((pair = 1; pair <= pair_count; pair++)); do
    # shellcheck disable=SC2086
    bound=$(run_bound "$workload" "$topic" $6)
    check "scale $what, bound" "$topic" "$3" bound-out "$4"
    forget "$workload"
    ours=$(BENCH_INPUT=$topic run_lockstep "$workload")
    check "scale $what, lockstep" "$topic" "$3" "bench-$workload-out" "$5"
    record "scale $what" bound "$bound"
    record "scale $what" lockstep "$ours"
    print_pair "scale $workload, $what" "$pair" "$bound" "$ours"
  done
  unset "expected[$topic/$3]"
  forget "$workload"
  delete_topics "$topic" bound-out bound-changelog
}

scale_count() { scale_point "$1" count keys long-little long-big "${@:2}"; } # WHAT BOUND'S [generator's...]
scale_copy() { scale_point "$1" copy records records records "" "${@:2}"; }  # WHAT [generator's...]

scale_keys() {
  local keys records bits
  for keys in 1000 10000 100000 1000000 10000000; do
    records=$((40000 * scale))
    bits=21
    if ((keys > 1000000)); then
      records=$((100000 * scale)) # most keys have to be met
      bits=24
    fi
    scale_count "keys $keys" "table_bits=$bits" records="$records" keys="$keys" zipf=0 value_bytes=8
  done
}

scale_partitions() {
  local partitions # lib.sh looks at it, too: as many out as in
  for partitions in 1 4 16 64 256; do
    scale_count "partitions $partitions" "partitions=$partitions" records=$((40000 * scale)) \
      partitions="$partitions"
  done
}

scale_values() { # about the same bytes from 1 KiB on
  local bytes records
  for bytes in 10 100 1024 10240 102400; do
    records=$((bytes < 1024 ? 40000 * scale : 5120000 * scale / bytes))
    scale_copy "values $bytes" records="$records" value_bytes="$bytes"
  done
}

scale_interval() {
  local ms kept=$interval_ms
  for ms in 10 30 100 300 1000; do
    interval_ms=$ms
    BENCH_INTERVAL=${ms}ms scale_count "interval $ms" "" records=$((40000 * scale))
  done
  interval_ms=$kept
}

workload_scale() {
  local what
  for what in ${BENCH_SCALE_OF:-keys partitions values interval}; do "scale_$what"; done
}
