# shellcheck shell=bash disable=SC2154
# The records with a late key: about a tenth.
workload_filter() { pairs filter filter bench-count filter records records; }
