# shellcheck shell=bash disable=SC2154
# How long batches wait for a checkpoint of up to ten million keys: the time in which the workers
# hand over what it writes. One figure per part of a checkpoint, from the log of state10m.
workload_checkpoint() {
  local pair figures pauses
  input bench-wide
  for ((pair = 1; pair <= pair_count; pair++)); do
    forget state10m
    figures=$(run_lockstep state10m)
    check "checkpoint, lockstep" bench-wide keys bench-state10m-out long-big
    pauses=$(sed -n 's/.*batches paused for \([0-9.]*\) ms.*/\1/p' "$work/lockstep.log" | jq -cs '
      sort | {parts: length, pause_ms_p50: .[length / 2 | floor], pause_ms_p99: .[length * 0.99 | floor],
              pause_ms_max: .[-1]}')
    record checkpoint lockstep "$(jq -c --argjson p "$pauses" '. + $p' <<<"$figures")"
    jq -r --argjson pair "$pair" '
      "checkpoint \($pair): batches paused, ms: p50 \(.pause_ms_p50)  p99 \(.pause_ms_p99)  " +
      "max \(.pause_ms_max)  (\(.parts) parts)"' <<<"$pauses"
  done
  forget state10m
}
