# shellcheck shell=bash disable=SC2154
# The engine alone, on one core: decoded records from memory in, encoded records to nowhere.
workload_engine() { "$bin/bench_engine" all 200000 $((scale > 25 ? 80000 * scale : 2000000)); }
