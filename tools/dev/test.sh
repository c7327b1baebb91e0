# shellcheck shell=bash
# ./dev test; sourced by dev, which provides build() and fail().
#
# Three builds, each for what it finds: address and undefined-behaviour sanitizers for what runs in
# one process; the release binary, the one that users run, for the simulator and everything that
# kills or starts processes; the thread sanitizer for what has threads.

asan_labels=(unit contract golden integration)
release_labels=(sim e2e tree)
# No test that starts a librdkafka client: it makes its threads by thrd_create(), of which g++ 12's
# thread sanitizer knows nothing (it crashes at the first malloc() of such a thread).
tsan_tests=(base_test runtime_test memory_test receivers_test)

test_logs=() # CTest's own record of each run, from which the last line is made
test_status=0

run_ctest() { # PRESET ctest-argument...
  local preset=$1
  shift
  echo "== $preset: ctest $*"
  # Two at a time: a test that mostly waits for its broker beside one that computes.
  ctest --test-dir "build/$preset" -j 2 --output-on-failure --no-tests=error "$@" </dev/null ||
    test_status=1
  local log=build/$preset/Testing/Temporary/LastTest.log
  cp "$log" "build/$preset/counted-${#test_logs[@]}.log"
  test_logs+=("build/$preset/counted-${#test_logs[@]}.log")
}

# Cases where a test binary counts them, else one per CTest test.
print_totals() {
  awk '
    function close_test() {
      if (!open) return
      if (cases_passed + cases_failed == 0) { if (ok) cases_passed = 1; else cases_failed = 1 }
      else if (!ok && cases_failed == 0) cases_failed = 1
      passed += cases_passed; failed += cases_failed
      open = 0
    }
    / Testing: / {
      open = ($0 !~ / broker_(start|stop)$/)
      ok = 0; cases_passed = 0; cases_failed = 0
    }
    /^All tests passed \(/ { cases_passed = $(NF - 2) }
    /^test cases: / {
      for (i = 1; i <= NF; i++) {
        if ($i == "passed") cases_passed = $(i - 1)
        if ($i == "failed") cases_failed = $(i - 1)
      }
    }
    /^Test Passed\./ { ok = 1; close_test() }
    /^Test Failed\./ { close_test() }
    END { close_test(); printf "%d passed, %d failed\n", passed, failed }
  ' "${test_logs[@]}"
}

run_labels() { # PRESET LABEL...
  local preset=$1 label
  shift
  local expression targets=()
  expression=$(printf '|^%s$' "$@")
  for label in "$@"; do targets+=("tests_$label"); done
  build "$preset" "${targets[@]}"
  run_ctest "$preset" -L "${expression#|}"
}

run_tsan() {
  local name expression known=()
  cmake --preset tsan >/dev/null
  for name in "${tsan_tests[@]}"; do
    if grep -q "add_test(\[*=*\[*$name" -r build/tsan/tests --include=CTestTestfile.cmake; then
      known+=("$name")
    fi
  done
  build tsan "${known[@]}"
  expression=$(printf '|^%s$' "${known[@]}")
  run_ctest tsan -R "${expression#|}"
}

# The bench, small: its figures are shown and not judged; a wrong output fails.
run_bench() {
  build release lockstep bench_programs
  echo "== release: bench/run.sh smoke"
  bench/run.sh smoke </dev/null || test_status=1
}

# The sources whose text has the sentence in a case's name; names may be broken over lines.
sources_with() { # SENTENCE
  local source
  git ls-files --cached --others --exclude-standard 'tests/**_test.cpp' | while read -r source; do
    if tr '\n' ' ' <"$source" | sed 's/" *"//g' | grep -o 'TEST_CASE([^;{]*' |
      grep -qiF -- "$1"; then echo "$source"; fi
  done
}

run_sentence() { # SENTENCE
  local found=0 source folder name preset binary
  while read -r folder; do
    found=1
    name=$(sed -n 's/^ *lockstep_test(\([a-z0-9_]*\).*/\1/p' "$folder/CMakeLists.txt" | head -1)
    case $folder in
      tests/sim* | tests/random* | tests/e2e* | tests/unit/tree*) preset=release ;;
      *) preset=asan ;;
    esac
    build "$preset" "$name"
    binary=$(find "build/$preset/tests" -name "$name" -type f -perm -u+x)
    "$binary" "*$1*" </dev/null || test_status=1
  done < <(sources_with "$1" | while read -r source; do dirname "$source"; done | sort -u)
  ((found)) || fail 64 "no test case's name contains '$1'"
  exit "$test_status"
}

test_verb() {
  local labels=("$@") asan=() release=() tsan=0 bench=0 label
  if [[ ${1:-} == -R ]]; then
    (($# == 2)) || fail 64 'test -R "sentence"'
    run_sentence "$2"
  fi
  ((${#labels[@]})) || labels=("${asan_labels[@]}" "${release_labels[@]}" tsan bench)
  for label in "${labels[@]}"; do
    if [[ " ${asan_labels[*]} " == *" $label "* ]]; then
      asan+=("$label")
    elif [[ " ${release_labels[*]} " == *" $label "* ]]; then
      release+=("$label")
    elif [[ $label == tsan ]]; then
      tsan=1
    elif [[ $label == bench ]]; then
      bench=1
    else
      fail 64 "no label '$label'; see ./dev help"
    fi
  done
  ((${#asan[@]} == 0)) || run_labels asan "${asan[@]}"
  ((${#release[@]} == 0)) || run_labels release "${release[@]}"
  ((tsan == 0)) || run_tsan
  ((bench == 0)) || run_bench
  print_totals
  exit "$test_status"
}
