# shellcheck shell=bash disable=SC2154
# Running count over up to ten million keys that memory has room for a fifth of: a key takes 80 bytes.
workload_evict() {
  local pair figures
  input bench-wide
  export BENCH_MEMORY=$((scale > 10 ? scale * 16 / 10 : 16))MiB
  for ((pair = 1; pair <= pair_count; pair++)); do
    forget evict
    figures=$(run_lockstep evict)
    check "evict, lockstep" bench-wide keys bench-evict-out long-big
    record evict lockstep "$figures"
    jq -r --arg memory "$BENCH_MEMORY" --argjson pair "$pair" --argjson records "$((300000 * scale))" '
      "evict \($pair): \($records / .cpu_s / 1e6 * 100 | round / 100) M records/CPU-s, " +
      "memory_limit \($memory), \(.rss_max_mib) MiB at most, \(.wall_s) s, " +
      "commit \(.commit_ms_p50)/\(.commit_ms_p99) ms"' <<<"$figures"
  done
  forget evict
}
