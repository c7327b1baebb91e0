# shellcheck shell=bash disable=SC2154
# Running count per key, durable.
workload_count() { pairs count count bench-count keys long-little long-big; }
