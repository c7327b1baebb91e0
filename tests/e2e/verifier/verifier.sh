#!/usr/bin/env bash
# Compiles the verifier when it is not compiled yet, or older than its sources, and runs it.
#
# usage: verifier.sh VERB --brokers HOST:PORT [--name value...]; verbs are in README.md
# LOCKSTEP_VERIFIER_CLASSES  where the classes go; default: .kafka/verifier beside the sources
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../../.." && pwd)
classes=${LOCKSTEP_VERIFIER_CLASSES:-$root/.kafka/verifier}

classpath=$("$root/tools/kafka/broker.sh" classpath 4.1.0)
mkdir -p "$classes"
exec 9>"$classes/lock" # two tests may come at once
flock 9
main=$classes/verifier/Main.class
if [[ ! -e $main || -n $(find "$here" -name '*.java' -newer "$main") ]]; then
  rm -rf "$classes/verifier"
  javac -Xlint:all,-serial -Werror -proc:none --release 17 -cp "$classpath" -d "$classes" "$here"/*.java
fi
exec 9>&-
exec java -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
  -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$classes:$classpath" verifier.Main "$@"
