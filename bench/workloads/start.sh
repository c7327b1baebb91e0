# shellcheck shell=bash disable=SC2154
# Exec to the first committed output, one record waiting.
workload_start() {
  create_topics bench-start-in bench-start-out
  local figures
  figures=$(watched bench_first_output start in=bench-start-in out=bench-start-out runs="$BENCH_RUNS")
  record start lockstep "$figures"
  jq -r '"start: exec to first committed output, ms: p50 \(.ms_p50)  max \(.ms_max)  commit \(.commit_ms_p50)/\(.commit_ms_p99)  (\(.runs) runs)"' <<<"$figures"
}
