# shellcheck shell=bash disable=SC2154
# What transactions cost: the same copy and the same count with guarantee: exactly_once and
# at_least_once, in turn. Without a failure both have the same output.
workload_tax() {
  input bench-count
  tax_of copy records records
  tax_of count keys long-big
}

tax_run() { # NAME GUARANTEE INPUT-VIEW OUTPUT-VIEW: prints the figures
  local figures
  forget "$1"
  figures=$(BENCH_GUARANTEE=$2 run_lockstep "$1")
  check "tax $1, $2" bench-count "$3" "bench-$1-out" "$4"
  record "tax-$1" "$2" "$figures"
  echo "$figures"
}

tax_of() { # NAME INPUT-VIEW OUTPUT-VIEW
  local pair exact loose taxes=() records=$((80000 * scale))
  for ((pair = 1; pair <= pair_count; pair++)); do
    if ((pair % 2)); then # the second of two runs finds warmer caches: each is first in turn
      exact=$(tax_run "$1" exactly_once "$2" "$3")
      loose=$(tax_run "$1" at_least_once "$2" "$3")
    else
      loose=$(tax_run "$1" at_least_once "$2" "$3")
      exact=$(tax_run "$1" exactly_once "$2" "$3")
    fi
    taxes+=("$(jq -n --argjson e "$exact" --argjson l "$loose" '($e.cpu_s / $l.cpu_s - 1) * 1000 | round / 10')")
    jq -rn --arg name "$1" --arg pair "$pair" --argjson records "$records" --argjson e "$exact" --argjson l "$loose" '
      def text(x): "\(x.cpu_s / $records * 1e6 * 1000 | round / 1000) us of CPU a record " +
        "(commit \(x.commit_ms_p50)/\(x.commit_ms_p99) ms)";
      "tax \($name) \($pair): exactly once \(text($e))   at least once \(text($l))   " +
      "difference \(($e.cpu_s / $l.cpu_s - 1) * 1000 | round / 10) %"'
  done
  printf '%s\n' "${taxes[@]}" | jq -rs --arg name "$1" '
    sort | "tax \($name): median \((.[(length - 1) / 2 | floor] + .[length / 2 | floor]) * 5 | round / 10) %  spread \(.[0]) to \(.[-1]) %  (\(length) pairs)"'
  forget "$1"
}
