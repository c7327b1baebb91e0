# shellcheck shell=bash
# kill -9 at every named place of the program, and at random moments.

# shellcheck source=tests/e2e/lib/program.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/program.sh"

kills=0
covered=() # failpoints at which the program died
missed=()  # failpoints that it did not reach in time

failpoints() { # all that the binary has registered
  "$lockstep" version --json | sed -n '/"failpoints"/,/]/s/^ *"\([a-z_.0-9]*\)",*$/\1/p'
}

# What a batch passes whose records come from Kafka and go there; files_test.sh has the places of
# files as outputs, folder_test.sh and receiver_test.sh those of receivers.
batch_failpoints() { failpoints | grep -v -e '^files\.' -e '^receiver\.'; }

# Some places are only reached after a failure: the one that leads there.
companion_of() { # FAILPOINT
  # Without a transaction nothing is undecided once the offsets are acknowledged.
  [[ $1 != batch.rolled_back || ${E2E_GUARANTEE:-} != at_least_once ]] || {
    echo "offsets.before_send=error@2;"
    return
  }
  case $1 in
    abort.in_flight | batch.rolled_back | producer.rebuild) echo "offsets.after_ack=error@2;" ;;
  esac
}

# Runs PIPELINE until it dies at the Nth hit of FAILPOINT. A point that is not reached is noted, and
# the program killed where it is.
kill_at() { # PIPELINE FAILPOINT HIT SECONDS
  LOCKSTEP_FAILPOINTS="$(companion_of "$2")$2=kill@$3" start "$1"
  if wait_end "$pid" "$4"; then
    ((code == 137)) || fail "$1 with $2=kill@$3 ended by itself with exit code $code"
    covered+=("$2")
  else
    kill_9 "$pid"
    missed+=("$2")
  fi
  kills=$((kills + 1))
}

# Lets PIPELINE commit so often, then kills it some milliseconds later.
kill_at_random() { # PIPELINE [COMMITS]
  start "$1"
  await_commits "$1" "${2:-1}" 20
  sleep "0.$((100 + RANDOM % 300))" # the random moment; nothing is waited for
  kill_9 "$pid"
  kills=$((kills + 1))
}

times_acted() { # PIPELINE FAILPOINT ACTION: in all lives so far
  grep -c "failpoint $2: $3" "$work/$1.log" || true
}

acted_again() { (($(times_acted "$1" "$2" "$3") > $4)) || ended "$pid"; }

gone_on() { committed_beyond "$1" "$2" || ended "$pid"; } # PIPELINE BATCH

lived=0     # lives that went on after their fault
restarted=0 # lives that ended with an exit code that asks for a restart

# One life of PIPELINE in which the Nth hit of FAILPOINT reports a failure or takes long: it goes on,
# or ends in a way that a restart heals (docs/errors.md).
suffer_at() { # PIPELINE FAILPOINT ACTION HIT
  local before acted
  acted=$(times_acted "$1" "$2" "${3%%(*}")
  LOCKSTEP_FAILPOINTS="$2=$3@$4" start "$1"
  wait_until 30 acted_again "$1" "$2" "${3%%(*}" "$acted" || fail "$2=$3: not reached within 30 s"
  before=$(batches_of "$1")
  wait_until 30 gone_on "$1" "$before" || fail "$2=$3: nothing committed after it"
  kill -TERM "$pid" 2>/dev/null || true
  wait_end "$pid" 30 || fail "$2=$3: does not end"
  (($(times_acted "$1" "$2" "${3%%(*}") > acted)) || fail "$2=$3: ended with $code before it"
  case $code in
    0) lived=$((lived + 1)) ;;
    74 | 75) restarted=$((restarted + 1)) ;;
    *) fail "$2=$3: exit code $code" ;;
  esac
}

kill_summary() { # PIPELINE
  local all
  all=$(failpoints | wc -l)
  echo "$1: $kills kills, ${#covered[@]} of $all failpoints; not on its way: ${missed[*]:-none}"
}
