#!/usr/bin/env bash
# Builds the program of one peer, when its sources are newer than what there is, and prints its
# class path. Maven fetches the jars; nothing is written beside the sources.
#
# usage: bench/peers/build.sh kafka-streams|flink
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
peer=${1:-}
[[ -f $here/$peer/pom.xml ]] || {
  sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 64
}

output=$(cd -- "$here/../.." && pwd)/build/peers/$peer
built=$output/built
if [[ ! -e $built || -n $(find "$here/$peer" "$here/common" -type f -newer "$built") ]]; then
  echo "building the peer $peer in $output" >&2
  mvn -q -B -Dstyle.color=never -f "$here/$peer/pom.xml" -Doutput="$output" clean compile >&2
  touch "$built"
fi
echo "$output/classes:$output/libs/*"
