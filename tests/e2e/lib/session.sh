# shellcheck shell=bash
# One scenario: a working folder, a broker of its own, and everything taken down at the end, however
# the scenario ends. Sourced by every script of this folder.
#
# LOCKSTEP_BINARY, LOCKSTEP_BROKER_TOOL  the programs (CTest sets them; default: build/release)
# LOCKSTEP_E2E_PORT                      the first port that is tried for the broker
# LOCKSTEP_E2E_KEEP=1                    leaves the working folder behind
set -euo pipefail

e2e=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
root=$(cd -- "$e2e/../.." && pwd)
lockstep=${LOCKSTEP_BINARY:-$root/build/release/lockstep}
tool=${LOCKSTEP_BROKER_TOOL:-$root/build/release/tests/e2e/broker_tool}
children=() # every process that the scenario started
work=
brokers=

say() { echo "$(basename "$0" .sh): $*"; }

fail() { # MESSAGE: ends the scenario
  say "FAILED: $*"
  exit 1
}

show_logs() {
  local log
  for log in "$work"/*.log; do
    [[ -s $log ]] || continue
    echo "--- the end of ${log##*/}"
    { grep -v ' Killed  ' "$log" || true; } | tail -25 # nothing left is no failure here
  done
}

port_is_open() { (exec 3<>"/dev/tcp/localhost/$1") 2>/dev/null; }

free_port() { # a pair: broker and controller
  local port=${LOCKSTEP_E2E_PORT:-$((24000 + 2 * ($$ % 2000)))}
  while port_is_open "$port" || port_is_open $((port + 1)); do port=$((port + 2)); done
  echo "$port"
}

# The function is called with the port and a file, for broker settings of the scenario's own.
open_session() { # KAFKA_VERSION [FUNCTION]
  local port
  work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-e2e.XXXXXX")
  trap close_session EXIT
  exec 2>"$work/shell.log" # the shell tells there of every process that it saw killed
  [[ -x $lockstep ]] || fail "no program at $lockstep"
  port=$(free_port)
  [[ -z ${2:-} ]] || "$2" "$port" "$work/broker.settings"
  LOCKSTEP_BROKER_CONFIG=${2:+$work/broker.settings} \
    "$root/tools/kafka/broker.sh" fresh "$1" "$work/broker" "$port"
  brokers=localhost:$port
  export E2E_BROKER=$brokers E2E_STATE=$work/state
}

kill_tree() { # PID: a verifier in the background is a shell with a JVM below it
  local child
  for child in $(pgrep -P "$1"); do kill_tree "$child"; done
  kill -KILL "$1" 2>/dev/null || true
}

close_session() {
  local code=$? child
  ((code == 0)) || show_logs
  for child in "${children[@]}"; do kill_tree "$child"; done
  wait 2>/dev/null || true
  [[ ! -d $work/broker ]] || "$root/tools/kafka/broker.sh" kill "$work/broker"
  if [[ ${LOCKSTEP_E2E_KEEP:-} == 1 ]]; then say "kept $work"; else rm -rf "$work"; fi
}

# Polls until the command succeeds; 1 when that takes longer.
wait_until() { # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.02
  done
}

ended() { ! kill -0 "$1" 2>/dev/null || [[ $(ps -o stat= -p "$1") == Z* ]]; } # PID

# Waits for a child; puts its exit code into `code`; 1 when it is still alive then.
wait_end() { # PID SECONDS
  code=
  wait_until "$2" ended "$1" || return 1
  code=0
  wait "$1" 2>/dev/null || code=$?
}

ask_broker() { "$tool" "$brokers" "$@"; }

verifier() { # VERB argument...
  local verb=$1
  shift
  "$e2e/verifier/verifier.sh" "$verb" --brokers "$brokers" "$@"
}
