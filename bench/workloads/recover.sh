# shellcheck shell=bash disable=SC2154
# kill -9 under load, then exec to the first new committed output.
workload_recover() {
  input bench-count
  forget recover
  create_topics bench-recover-out
  local figures
  export BENCH_RATE=$((500 * scale)) # lasts for half a minute at any scale
  figures=$(watched bench_first_output recover out=bench-recover-out runs=$((BENCH_RUNS / 2)) kill_after_ms=2000)
  record recover lockstep "$figures"
  jq -r '"recover: kill -9 under load, exec to first new committed output, ms: p50 \(.ms_p50)  max \(.ms_max)  commit \(.commit_ms_p50)/\(.commit_ms_p99)  (\(.runs) runs)"' <<<"$figures"
}
