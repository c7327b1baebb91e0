#!/usr/bin/env bash
# Compiles the verifier when it is not compiled yet, or older than its sources, and runs it.
#
# usage: verifier.sh VERB --brokers HOST:PORT [--name value...]; verbs are in README.md
# LOCKSTEP_VERIFIER_HOME  where the compiled verifier is kept; default: .kafka/verifier
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -- "$here/../../.." && pwd)
home=${LOCKSTEP_VERIFIER_HOME:-$root/.kafka/verifier}
jar=$home/verifier.jar
archive=$home/classes.jsa # classes as the JVM likes them: halves the time that a call takes

classpath=$("$root/tools/kafka/broker.sh" classpath 4.1.0)
mkdir -p "$home"
exec 9>"$home/lock" # two tests may come at once
flock 9
if [[ ! -e $jar || -n $(find "$here" -name '*.java' -newer "$jar") ]]; then
  rm -rf "$home/classes" "$archive"
  javac -Xlint:all,-serial -Werror -proc:none --release 17 -cp "$classpath" -d "$home/classes" \
    "$here"/*.java
  jar --create --file "$jar" -C "$home/classes" .
fi
exec 9>&-

run=(java -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1
  -Dorg.slf4j.simpleLogger.defaultLogLevel=error -cp "$jar:$classpath")
if [[ -e $archive ]]; then exec "${run[@]}" "-XX:SharedArchiveFile=$archive" verifier.Main "$@"; fi
code=0
"${run[@]}" -Xlog:disable "-XX:ArchiveClassesAtExit=$archive.$$" verifier.Main "$@" || code=$?
if [[ $code == 0 ]]; then mv "$archive.$$" "$archive"; else rm -f "$archive.$$"; fi
exit "$code"
