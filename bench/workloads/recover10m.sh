# shellcheck shell=bash disable=SC2154
# The same as recover with up to ten million keys: killed every twelve seconds at full speed, with a
# checkpoint every ten seconds and what came behind it to replay.
workload_recover10m() {
  input bench-wide
  forget state10m
  create_topics bench-state10m-out
  local figures
  figures=$(watched bench_first_output state10m out=bench-state10m-out runs=4 limit_s=60 \
    kill_after_ms=12000)
  record recover10m lockstep "$figures"
  jq -r '"recover10m: kill -9 under load, exec to first new committed output, ms: \(.ms | map(round) | join(" "))  (keys grow from life to life)"' <<<"$figures"
  grep -o 'state restored[^"]*' "$work/lockstep.log" | sed 's/^/recover10m: /' || true
  forget state10m
}
