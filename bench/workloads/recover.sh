# shellcheck shell=bash disable=SC2154
# kill -9 under load, then exec to the first new committed output.
workload_recover() {
  input bench-count
  forget recover
  create_topics bench-recover-out
  local figures
  export BENCH_RATE=$((500 * scale)) # lasts for half a minute at any scale
  figures=$(watched bench_first_output brokers="$BENCH_BROKER" out=bench-recover-out runs=5 kill_after_ms=2000 \
    command="$lockstep run $root/bench/configs/recover.yaml")
  record recover lockstep "$figures"
  jq -r '"recover: kill -9 under load, exec to first new committed output, ms: p50 \(.ms_p50)  max \(.ms_max)  (\(.runs) runs)"' <<<"$figures"
}
