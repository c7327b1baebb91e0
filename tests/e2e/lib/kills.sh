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

kill_summary() { # PIPELINE
  local all
  all=$(failpoints | wc -l)
  echo "$1: $kills kills, ${#covered[@]} of $all failpoints; not on its way: ${missed[*]:-none}"
}
