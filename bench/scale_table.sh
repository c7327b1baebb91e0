#!/usr/bin/env bash
# The results of `./dev bench scale` as a Markdown table, medians over the pairs.
#
# usage: bench/scale_table.sh RESULTS.jsonl
set -euo pipefail

(($# == 1)) || {
  sed -n 's/^# usage/usage/p' "$0" >&2
  exit 64
}
jq -rs '
  def median: sort | (.[(length - 1) / 2 | floor] + .[length / 2 | floor]) / 2;
  def rounded: . * 100 | round / 100;
  def side(who): map(select(.who == who));
  def us(records): (map(.cpu_s) | median) / records * 1e6 | rounded;
  def mib: map(.rss_max_mib) | median | round;
  "| point | bound, µs of CPU per record | Lockstep | ratio | MiB, bound / Lockstep |", "|---|---|---|---|---|",
  (map(select(.name | startswith("scale "))) | group_by(.name) | sort_by(.[0].name | split(" ") | [.[1], (.[2] | tonumber)])[]
    | (side("bound")) as $b | (side("lockstep")) as $l
    | ($b[0].records) as $n | ($b | us($n)) as $bound | ($l | us($n)) as $ours # of the bound: we end by ourselves
    | "| \(.[0].name[6:]) | \($bound) | \($ours) | \($bound / $ours | rounded) | \($b | mib) / \($l | mib) |")
' "$1"
