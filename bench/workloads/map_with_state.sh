# shellcheck shell=bash disable=SC2154
# mapWithState: running count per key, durable, written for each record.
workload_map_with_state() { pairs map_with_state running bench-count keys running-little running-big; }
