# shellcheck shell=bash disable=SC2154
# End to end, from a record's production to its being readable, at 100,000 records a second.
workload_latency() {
  local figures
  forget latency
  create_topics bench-latency-in bench-latency-out
  figures=$(watched bench_latency latency in=bench-latency-in out=bench-latency-out seconds="$BENCH_SECONDS")
  record latency lockstep "$figures"
  jq -r '"latency: \(.rate) records/s, ms: p50 \(.ms_p50)  p99 \(.ms_p99)  max \(.ms_max)  commit \(.commit_ms_p50)/\(.commit_ms_p99)"' <<<"$figures"
}
