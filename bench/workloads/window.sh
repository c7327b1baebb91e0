# shellcheck shell=bash disable=SC2154
# Count per key over 60 s, every second, with inverse, beside its bound and beside Lockstep's `count`
# without a window: all three in batches of a second. Then over 10, 60 and 600 slides of --interval,
# of few keys, so that every window has the same keys: what a window costs by its length.
#
# The reader computes what every slide added back from the windows (programs/digest/window_view.cpp).
# It needs the last one: a slide is a batch, so that the last batch ends one.
workload_window() {
  local -x BENCH_WINDOW BENCH_SLIDE BENCH_INPUT BENCH_RATE
  window_and_count
  window_lengths
}

# Prints the figures. BENCH_RATE keeps a small input going for 25 slides or so of 100 ms.
window_run() { # INPUT SLIDES
  local figures
  BENCH_INPUT=$1 BENCH_WINDOW=$(($2 * interval_ms))ms BENCH_SLIDE=${interval_ms}ms
  forget window
  figures=$(run_lockstep window)
  check "window, lockstep" "$1" keys bench-window-out "windows-$(($2 * interval_ms))-$interval_ms"
  echo "$figures"
}

window_count() { # INPUT: prints the figures of `count`
  local figures
  BENCH_INPUT=$1
  forget count
  figures=$(run_lockstep count)
  check "window, count" "$1" keys bench-count-out long-big
  echo "$figures"
}

window_and_count() {
  local interval_ms=1000 pair bound count ours to_bound=() to_count=()
  local -x BENCH_INTERVAL=1000ms
  BENCH_RATE=100000000
  input bench-count
  expect bench-count keys # here, for all the subshells
  for ((pair = 1; pair <= pair_count; pair++)); do
    bound=$(run_bound window bench-count slides=60)
    check "window, bound" bench-count keys bound-out window-slides-60
    count=$(window_count bench-count)
    ours=$(window_run bench-count 60)
    record window bound "$bound"
    record window count "$count"
    record window lockstep "$ours"
    print_pair window "$pair" "$bound" "$ours"
    window_ratio "window $pair, 60 slides of 1000 ms" "$bound" "$count" "$ours"
    to_bound+=("$(jq -n --argjson b "$bound" --argjson l "$ours" '$b.cpu_s / $l.cpu_s * 100 | round / 100')")
    to_count+=("$(jq -n --argjson c "$count" --argjson l "$ours" '$c.cpu_s / $l.cpu_s * 100 | round / 100')")
  done
  print_spread window "${to_bound[@]}"
  print_spread "window to count without a window" "${to_count[@]}"
}

window_ratio() { # WHAT RECORDS COUNT WINDOW
  jq -rn --arg what "$1" --argjson r "$2" --argjson c "$3" --argjson w "$4" '
    def rate(x): $r.records / x.cpu_s / 1e6 * 100 | round / 100;
    "\($what): \(rate($w)) M records/CPU-s, count without a window \(rate($c)), " +
    "ratio \($c.cpu_s / $w.cpu_s * 100 | round / 100)"'
}

window_lengths() {
  local pair slides count ours records
  records="{\"records\": $((80000 * scale))}"
  BENCH_RATE=$((8000 * scale)) # of each partition: the input lasts for 2.5 s or longer
  input bench-few
  expect bench-few keys
  for ((pair = 1; pair <= pair_count; pair++)); do
    count=$(window_count bench-few)
    record "window, few keys" count "$count"
    for slides in 10 60 600; do
      ours=$(window_run bench-few "$slides")
      record "window, few keys, $slides slides" lockstep "$ours"
      window_ratio "window $pair, few keys, $slides slides of $interval_ms ms" "$records" "$count" "$ours"
    done
  done
  forget window
  forget count
}
