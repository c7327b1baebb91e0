#!/usr/bin/env bash
# Lockstep beside its bound, in one run, on a broker of its own. Called by ./dev bench.
#
# usage: bench/run.sh [--pairs N] [--scale PERCENT] [--interval MS] [NAME ...]
#
# NAME is a file of bench/workloads, or `smoke` (all but `peers`, `scale`, `checkpoint` and `recover10m`, small, in
# about three minutes; figures are printed, not judged; ./dev test runs it). Default: copy filter count
# words json json_lua window join map_with_state start recover latency commit. `peers` needs Maven's
# repositories and takes a quarter of an hour at --scale 25.
#
# --pairs N        times that the bound program and Lockstep run in turn (3)
# --scale PERCENT  of the inputs' sizes in bench/README.md (100)
# --interval MS    of batches and commits, of both (100)
#
# Figures go to stdout and, as JSON lines, to bench/results/ (not committed).
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/release/bench
lockstep=${LOCKSTEP_BINARY:-$root/build/release/lockstep}
port=${BENCH_PORT:-19900}
version=${BENCH_KAFKA:-4.1.0}
pair_count=3
scale=100
interval_ms=100
export BENCH_SECONDS=10 # of steady load
export BENCH_RUNS=10    # starts that are measured
work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-bench.XXXXXX")
results=$root/bench/results/$(date +%Y%m%d-%H%M%S).jsonl

# shellcheck source=bench/lib.sh
source "$root/bench/lib.sh"
known=()
for file in "$root"/bench/workloads/*.sh; do
  # shellcheck source=/dev/null
  source "$file"
  known+=("$(basename "$file" .sh)")
done

finish() {
  "$root/tools/kafka/broker.sh" kill "$work/broker" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

names=()
while (($#)); do
  case $1 in
    --pairs) pair_count=$2; shift 2 ;;
    --scale) scale=$2; shift 2 ;;
    --interval) interval_ms=$2; shift 2 ;;
    smoke)
      pair_count=1 scale=2 BENCH_SECONDS=5 BENCH_RUNS=3
      for name in "${known[@]}"; do
        [[ " peers scale latency commit checkpoint recover10m " == *" $name "* ]] || names+=("$name")
      done
      names+=(latency commit) # a steady load wants a broker that is warm
      shift
      ;;
    *)
      [[ " ${known[*]} engine " == *" $1 "* ]] || {
        echo "bench: unknown workload '$1' (known: ${known[*]} engine smoke)" >&2
        exit 64
      }
      names+=("$1"); shift
      ;;
  esac
done
((${#names[@]})) || names=(copy filter count words json json_lua window join map_with_state
  start recover latency commit)

export BENCH_BROKER=127.0.0.1:$port BENCH_STATE=$work/state BENCH_INTERVAL=${interval_ms}ms
mkdir -p "$(dirname "$results")"
[[ ${names[*]} == engine ]] ||
  LOCKSTEP_BROKER_PROFILE=bench "$root/tools/kafka/broker.sh" start "$version" "$work/broker" "$port" >&2
echo "bench: scale $scale %, interval $interval_ms ms, Kafka $version on 127.0.0.1:$port, $(nproc) cores, $(date -u +%F)"
for name in "${names[@]}"; do
  "workload_$name"
done
[[ ! -e $results ]] || echo "bench: results in ${results#"$root"/}"
