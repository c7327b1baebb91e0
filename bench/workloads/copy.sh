# shellcheck shell=bash disable=SC2154
# Every record, unchanged.
workload_copy() { pairs copy copy bench-count records records records; }
