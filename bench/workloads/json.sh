# shellcheck shell=bash disable=SC2154
# Documents: `amount > 500`, running sum of amount by country, durable. The first bound writes as
# Lockstep does, the second one only reads and parses, on demand.
workload_json() { json_pairs json; }

json_pairs() { # NAME
  pairs "$1" json bench-json amounts double-little double-big
  local cpu parse ratios=()
  for cpu in $(jq -r --arg name "$1" 'select(.name == $name and .who == "lockstep") | .cpu_s' \
    "$results" | tail -n "$pair_count"); do
    parse=$(run_bound parse bench-json)
    record "$1" parse "$parse"
    jq -r --arg name "$1" \
      '"\($name): consume and parse alone \(.records / .cpu_s / 1e6 * 100 | round / 100) M records/CPU-s"' <<<"$parse"
    ratios+=("$(jq -n --argjson p "$parse" --argjson cpu "$cpu" '$p.cpu_s / $cpu * 100 | round / 100')")
  done
  print_spread "$1 to consume and parse" "${ratios[@]}"
}
