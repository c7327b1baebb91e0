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
exec {nothing}<> <(:) # a pipe that nobody writes to

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

# Puts a pair for broker and controller into `port`. It is this session's until that ends, also while
# nothing listens yet: sessions run side by side.
take_port() {
  local locks=${TMPDIR:-/tmp}/lockstep-e2e.ports.$UID lock
  mkdir -p "$locks"
  port=${LOCKSTEP_E2E_PORT:-$((24000 + 2 * ($$ % 2000)))}
  while :; do
    exec {lock}>"$locks/$port"
    if flock -n "$lock" && ! port_is_open "$port" && ! port_is_open $((port + 1)); then return; fi
    exec {lock}>&-
    port=$((port + 2))
  done
}

# The function is called with the port and a file, for broker settings of the scenario's own.
open_session() { # KAFKA_VERSION [FUNCTION]
  local port
  work=$(mktemp -d "${TMPDIR:-/tmp}/lockstep-e2e.XXXXXX")
  trap close_session EXIT
  exec 2>"$work/shell.log" # the shell tells there of every process that it saw killed
  [[ -x $lockstep ]] || fail "no program at $lockstep"
  take_port
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
    read -rt 0.02 -u "$nothing" || true # a pause that starts no process
  done
}

# Puts the letter of a process's state into `state`, or nothing when there is no such process.
state_of() { # PID
  state=
  { read -r state <"/proc/$1/stat"; } 2>/dev/null || return 0
  state=${state##*) }
  state=${state:0:1}
}

ended() { # PID
  local state
  state_of "$1"
  [[ -z $state || $state == [ZX] ]]
}

# Waits for a child; puts its exit code into `code`; 1 when it is still alive then.
wait_end() { # PID SECONDS
  code=
  wait_until "$2" ended "$1" || return 1
  code=0
  wait "$1" 2>/dev/null || code=$?
}

ask_broker() { "$tool" "$brokers" "$@"; }

# One JVM answers all calls but those that go on beside others (`verifier ... &`).
verifier() { # VERB argument...
  local verb=$1 line
  shift
  if ((BASH_SUBSHELL > 0)); then
    "$e2e/verifier/verifier.sh" "$verb" --brokers "$brokers" "$@"
    return
  fi
  if [[ -z ${judge_PID:-} ]]; then
    coproc judge { exec "$e2e/verifier/verifier.sh" serve; }
    children+=("$judge_PID")
  fi
  echo "$verb --brokers $brokers $*" >&"${judge[1]}"
  while IFS= read -r line <&"${judge[0]}"; do
    [[ $line != 'exit '* ]] || return "${line#exit }"
    echo "$line"
  done
  fail "the verifier ended at $verb"
}
