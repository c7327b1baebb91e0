# shellcheck shell=bash disable=SC2154
# Running count over ten million keys, each met three times, durable.
workload_state10m() { pairs state10m count bench-wide keys long-little long-big table_bits=24; }
