# shellcheck shell=bash disable=SC2154
# Every record joined with how often its key came in the same batch.
workload_join() { pairs join join bench-count keys joined-little joined-big; }
