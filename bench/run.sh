#!/usr/bin/env bash
# Lockstep beside its bound, in one run, on a broker of its own. Called by ./dev bench.
#
# usage: bench/run.sh [--pairs N] [--records N] [copy|count|start|recover ...]     default: all four
#
# copy, count   the bound program (librdkafka and nothing else) and Lockstep in turn, N pairs (3); the
#               output of every run is read back and compared with the input
# start         exec to first committed output, one record waiting
# recover       kill -9 under load, then exec to first new committed output
#
# Figures go to stdout and, as JSON lines, to bench/results/ (not committed).
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
bin=$root/build/release/bench
lockstep=${LOCKSTEP_BINARY:-$root/build/release/lockstep}
port=${BENCH_PORT:-19900}
version=${BENCH_KAFKA:-4.1.0}
pairs=3
records=8000000
work=$(mktemp -d /tmp/lockstep-bench.XXXXXX)
results=$root/bench/results/$(date +%Y%m%d-%H%M%S).jsonl
export BENCH_BROKER=127.0.0.1:$port BENCH_STATE=$work/state

# shellcheck source=bench/workloads.sh
source "$root/bench/workloads.sh"

finish() {
  "$root/tools/kafka/broker.sh" kill "$work/broker" >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

names=()
while (($#)); do
  case $1 in
    --pairs) pairs=$2; shift 2 ;;
    --records) records=$2; shift 2 ;;
    copy | count | start | recover) names+=("$1"); shift ;;
    *) echo "bench: unknown workload '$1' (copy, count, start, recover)" >&2; exit 64 ;;
  esac
done
((${#names[@]})) || names=(copy count start recover)

mkdir -p "$(dirname "$results")"
LOCKSTEP_BROKER_PROFILE=bench "$root/tools/kafka/broker.sh" start "$version" "$work/broker" "$port" >&2
echo "bench: $records records, Kafka $version on 127.0.0.1:$port, $(nproc) cores, $(date -u +%F)"
"$bin/bench_generate" brokers="$BENCH_BROKER" topic=bench-count kind=count records="$records" >&2
expected=$("$bin/bench_digest" brokers="$BENCH_BROKER" topic=bench-count from_keys=yes)

for name in "${names[@]}"; do
  "workload_$name"
done
echo "bench: results in ${results#"$root"/}"
