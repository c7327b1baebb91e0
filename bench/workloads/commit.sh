# shellcheck shell=bash disable=SC2154
# What the commit of a small batch takes: a thousand records a second, so a hundred in a batch of 100 ms.
workload_commit() {
  local figures
  forget latency
  create_topics bench-latency-in bench-latency-out
  figures=$(watched bench_latency latency in=bench-latency-in out=bench-latency-out rate=1000 \
    seconds="$BENCH_SECONDS")
  record commit lockstep "$figures"
  jq -r '"commit: small batches, ms: p50 \(.commit_ms_p50)  p99 \(.commit_ms_p99)  (\(.commits) commits)"' <<<"$figures"
}
