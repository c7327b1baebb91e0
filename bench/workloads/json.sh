# shellcheck shell=bash disable=SC2154
# Documents: `amount > 500`, running sum of amount by country, durable. The first bound writes as
# Lockstep does, the second one only reads and parses.
workload_json() {
  pairs json json bench-json amounts double-little double-big
  local parse
  parse=$(run_bound parse bench-json)
  record json parse "$parse"
  jq -r '"json: consume and parse alone \(.records / .cpu_s / 1e6 * 100 | round / 100) M records/CPU-s"' <<<"$parse"
}
