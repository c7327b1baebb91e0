#!/usr/bin/env bash
# One Apache Kafka broker (KRaft, broker and controller in one process, replication factor 1) in a
# folder of its own: for tests, the demo, the bench and developers.
#
# usage: broker.sh start VERSION DIR PORT   boots or restarts the broker of DIR; returns when every
#                                           partition has a leader (PORT + 1 is the controller's)
#        broker.sh fresh VERSION DIR PORT   the same after a stop and without the data of before
#        broker.sh stop DIR                 clean stop
#        broker.sh kill DIR                 kill -9; start brings it back with its data
#        broker.sh status DIR               prints "running PID PORT" or "stopped"; exit 0 or 1
#        broker.sh prepare VERSION          fetches jars, makes folder template, class archive
#        broker.sh classpath VERSION        prints the class path, for javac and java
#
# VERSION is 4.1.0 or 3.9.1.
# LOCKSTEP_KAFKA_HOME      where jars and templates are kept; default: .kafka beside the sources
# LOCKSTEP_BROKER_PROFILE  fast (default: small, boots quickly) | bench (full JIT)
# LOCKSTEP_BROKER_HEAP     largest heap; default 512m, 1g in profile bench
# LOCKSTEP_BROKER_CONFIG   a file of broker settings that are added to ours
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
home=${LOCKSTEP_KAFKA_HOME:-$(cd -- "$here/../.." && pwd)/.kafka}
profile=${LOCKSTEP_BROKER_PROFILE:-fast}
start_timeout_s=60
stop_timeout_s=30

fail() {
  echo "broker.sh: $2" >&2
  exit "$1"
}

usage() {
  sed -n '2,/^set -euo/{/^set -euo/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}" >&2
  exit 64
}

check_version() {
  case $1 in
    4.1.0 | 3.9.1) ;;
    *) fail 64 "unknown version '$1'; known are 4.1.0 and 3.9.1" ;;
  esac
}

classpath() { # sorted: the class archive is valid for one order only
  printf '%s\n' "$home/$1"/libs/*.jar | LC_ALL=C sort | paste -sd:
}

fetch() {
  local libs=$home/$1/libs
  [[ -d $libs ]] && return
  echo "fetching the jars of Kafka $1 into $libs" >&2
  rm -rf "$libs.new"
  mvn -q -B -f "$here/pom.xml" -P "kafka-$1" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs.new" >&2
  mv "$libs.new" "$libs"
}

write_settings() { # VERSION DIR PORT
  cat >"$2/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@localhost:$(($3 + 1))
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://localhost:$3,CONTROLLER://localhost:$(($3 + 1))
advertised.listeners=PLAINTEXT://localhost:$3
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$2/data
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
log.retention.ms=-1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
SETTINGS
  # The session time-out is what a restart after kill -9 waits for.
  [[ $profile == bench ]] || cat >>"$2/server.properties" <<SETTINGS
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=400
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
num.network.threads=1
num.io.threads=2
log.cleaner.dedupe.buffer.size=16777216
SETTINGS
  [[ -z ${LOCKSTEP_BROKER_CONFIG:-} ]] || cat "$LOCKSTEP_BROKER_CONFIG" >>"$2/server.properties"
}

launch() { # VERSION DIR PORT [jvm flag...]: starts the process, writes DIR/pid
  local version=$1 dir=$2 port=$3 flags
  shift 3
  case $profile in
    fast) flags=(-Xms64m "-Xmx${LOCKSTEP_BROKER_HEAP:-512m}" -Xss256k -XX:+UseSerialGC
      -XX:TieredStopAtLevel=1 -XX:-UsePerfData) ;;
    bench) flags=("-Xms${LOCKSTEP_BROKER_HEAP:-1g}" "-Xmx${LOCKSTEP_BROKER_HEAP:-1g}"
      -XX:+UseG1GC) ;;
    *) fail 64 "LOCKSTEP_BROKER_PROFILE is fast or bench, not '$profile'" ;;
  esac
  setsid java "${flags[@]}" "$@" -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
    -Dorg.slf4j.simpleLogger.showDateTime=true "-Dlog4j.configuration=file:$here/log4j.properties" \
    -cp "$(classpath "$version")" kafka.Kafka "$dir/server.properties" \
    >>"$dir/broker.log" 2>&1 </dev/null 9>&- &
  echo "$!" >"$dir/pid"
  echo "$port" >"$dir/port"
}

running() { # DIR: prints the process id
  local pid
  [[ -f $1/pid ]] && pid=$(<"$1/pid") && kill -0 "$pid" 2>/dev/null &&
    grep -qs kafka.Kafka "/proc/$pid/cmdline" && echo "$pid"
}

port_open() { (exec 3<>"/dev/tcp/localhost/$1") 2>/dev/null; }

# An open port is not enough: for a while after a restart no partition has a leader.
serves_metadata() { # PORT
  local answer
  answer=$(kcat -b "localhost:$1" -L -m 2 2>/dev/null) &&
    grep -q '^  broker 1 at ' <<<"$answer" && ! grep -q 'leader -1' <<<"$answer"
}

await_start() { # DIR PORT
  local deadline=$((SECONDS + start_timeout_s))
  until port_open "$2" && serves_metadata "$2"; do
    alive "$(<"$1/pid")" ||
      fail 69 "the broker ended; the end of its log: $(tail -5 "$1/broker.log")"
    ((SECONDS < deadline)) ||
      fail 69 "no metadata on port $2 within $start_timeout_s s; see $1/broker.log"
    sleep 0.05
  done
}

# A process whose last thread has ended counts as ended before somebody has asked for its exit code: its
# parent is the first process of the system or container, which may take seconds for that, or never do it.
alive() { # PID
  local stat threads
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  threads=("/proc/$1/task/"*)
  [[ ${stat##*) } != [ZX]* ]] || ((${#threads[@]} > 1))
}

await_end() { # PID SECONDS
  local deadline=$((SECONDS + $2))
  while alive "$1"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.05
  done
}

stop() { # DIR
  local pid
  pid=$(running "$1") || return 0
  kill -TERM "$pid"
  await_end "$pid" "$stop_timeout_s" || {
    echo "broker.sh: no clean stop within $stop_timeout_s s, killing" >&2
    kill -KILL "$pid"
    await_end "$pid" 5
  }
  rm -f "$1/pid"
}

# Formats a folder once and boots it once: that run creates the internal topics and, at its end, the
# archive of loaded classes. Every later broker is a copy of the folder.
make_template() { # VERSION
  local base=$home/$1 work port=27090
  [[ -f $base/template/meta.properties && -f $base/classes.jsa ]] && return
  work=$base/template.new
  rm -rf "$work"
  mkdir "$work"
  while port_open "$port" || port_open $((port + 1)); do port=$((port + 2)); done
  (
    profile=fast LOCKSTEP_BROKER_CONFIG=
    write_settings "$1" "$work" "$port"
    java -cp "$(classpath "$1")" kafka.tools.StorageTool format \
      --cluster-id lockstepTemplate000000 --config "$work/server.properties" \
      >"$work/broker.log" 2>&1 || fail 70 "format failed: $(<"$work/broker.log")"
    launch "$1" "$work" "$port" "-XX:ArchiveClassesAtExit=$base/classes.jsa"
    trap 'stop "$work"' EXIT
    await_start "$work" "$port"
    java -cp "$(classpath "$1")" "$here/InternalTopics.java" "localhost:$port" \
      2>>"$work/broker.log" ||
      fail 70 "no internal topics: $(tail -5 "$work/broker.log")"
  )
  rm -rf "$base/template"
  mv "$work/data" "$base/template"
  rm -rf "$work"
}

prepare() { # VERSION; one at a time
  check_version "$1"
  mkdir -p "$home/$1"
  exec 9>"$home/$1/lock"
  flock 9
  fetch "$1"
  make_template "$1"
  exec 9>&-
}

start() { # VERSION DIR PORT
  local version=$1 dir port=$3
  [[ $port =~ ^[0-9]+$ ]] || fail 64 "'$port' is no port"
  # In the ephemeral range a client that waits for the port can connect to itself.
  ((port < 32767)) || fail 64 "port $port: take one below 32767"
  prepare "$version"
  mkdir -p "$2"
  dir=$(cd -- "$2" && pwd)
  if running "$dir" >/dev/null; then fail 73 "a broker runs in $dir already"; fi
  if port_open "$port"; then fail 73 "port $port is in use"; fi
  [[ -d $dir/data ]] || cp -r "$home/$version/template" "$dir/data"
  write_settings "$version" "$dir" "$port"
  launch "$version" "$dir" "$port" "-XX:SharedArchiveFile=$home/$version/classes.jsa"
  await_start "$dir" "$port"
}

verb=${1:-}
case "$verb/$#" in
  start/4) start "$2" "$3" "$4" ;;
  fresh/4)
    stop "$3"
    rm -rf "${3:?}/data" "$3/broker.log"
    start "$2" "$3" "$4"
    ;;
  stop/2) stop "$2" ;;
  kill/2)
    pid=$(running "$2") || exit 0
    kill -KILL "$pid"
    await_end "$pid" 5
    ;;
  status/2)
    if pid=$(running "$2"); then echo "running $pid $(<"$2/port")"; else echo stopped && exit 1; fi
    ;;
  prepare/2) prepare "$2" ;;
  classpath/2)
    check_version "$2"
    fetch "$2"
    classpath "$2"
    ;;
  *) usage ;;
esac
