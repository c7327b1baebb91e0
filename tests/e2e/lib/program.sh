# shellcheck shell=bash
# Lockstep as a process: start, kill, stop, and what to wait for in between.
# Its log is $work/PIPELINE.log.

# shellcheck source=tests/e2e/lib/session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"

pid=  # of the instance that was started last
code= # exit code of the process that wait_end saw last

pipeline_file() { # NAME: a pipeline of this folder, or one that the scenario wrote
  if [[ -f $work/$1.yaml ]]; then echo "$work/$1.yaml"; else echo "$e2e/pipelines/$1.yaml"; fi
}

start() { # PIPELINE [flag...]; LOCKSTEP_FAILPOINTS of the caller holds
  local pipeline=$1
  shift
  "$lockstep" run "$(pipeline_file "$pipeline")" "$@" >>"$work/$pipeline.out" \
    2>>"$work/$pipeline.log" </dev/null &
  pid=$!
  children+=("$pid")
}

kill_9() { # PID
  kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

last_batch() { # GROUP TOPIC: the last one that the group has committed; 0 before the first
  { ask_broker committed "$1" "$2" || true; } | awk -F 'batch=' '
    NF > 1 && $2 + 0 > last { last = $2 + 0 }
    END { print last + 0 }'
}

batches_of() { last_batch "e2e-$1" "$1-in"; } # PIPELINE

committed_beyond() { (($(batches_of "$1") > $2)); } # PIPELINE BATCH

await_commits() { # PIPELINE COUNT SECONDS: that many more batches are committed
  local before
  before=$(batches_of "$1")
  wait_until "$3" committed_beyond "$1" $((before + $2 - 1)) ||
    fail "$1 committed nothing for $3 s after batch $before"
}

run_to_end() { # PIPELINE
  start "$1" --until-end
  wait_end "$pid" 60 || fail "$1 did not come to its end within 60 s"
  ((code == 0)) || fail "$1 --until-end ended with exit code $code"
}
