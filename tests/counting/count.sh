# Adds up the trx files of a test run. Sourced by ./test; needs bash and awk only.

# One trx file as "total executed passed incomplete". Incomplete is 1 for a file that is cut off, without counters, of a run that was
# aborted, or of a run that failed without a failed test (a test host that died, a fixture that never came up).
trx_counts() {
  awk '
    function number(name,   value) {
      value = $0
      if (!sub(".*<Counters [^>]*[ ]?" name "=\"", "", value)) return 0
      sub("\".*", "", value)
      return value + 0
    }
    { sub(/^\357\273\277/, "") }
    /<ResultSummary / { outcome = $0; sub(/.*<ResultSummary [^>]*outcome="/, "", outcome); sub(/".*/, "", outcome) }
    /<Counters / { counters = 1; total = number("total"); executed = number("executed"); passed = number("passed") }
    /The active test run was aborted|Test host process crashed/ { aborted = 1 }
    /<\/TestRun>/ { whole = 1 }
    END {
      failed = executed - passed
      incomplete = !whole || !counters || aborted || (outcome != "Completed" && !(outcome == "Failed" && failed > 0))
      print total + 0, executed + 0, passed + 0, incomplete + 0
    }' "$1"
}

# count_results FOLDER EXIT_CODES PROJECT...: sums FOLDER/*.trx, says on stderr what is not as it should be, prints
# "N passed, N failed, N skipped" and fails when anything did. EXIT_CODES are those of the test commands, as one word list.
count_results() {
  local folder=$1 exit_codes=$2 passed=0 failed=0 skipped=0
  local file project code total executed good incomplete
  for file in "$folder"/*.trx; do
    [ -e "$file" ] || continue
    read -r total executed good incomplete < <(trx_counts "$file")
    passed=$((passed + good))
    failed=$((failed + executed - good + incomplete))
    skipped=$((skipped + total - executed))
    [ "$incomplete" = 0 ] || echo "test: the run of $(basename "$file" .trx) did not complete" >&2
  done
  for project in "${@:3}"; do
    [ ! -e "$folder/$project.trx" ] || continue
    echo "test: $project left no results" >&2
    failed=$((failed + 1))
  done
  for code in $exit_codes; do
    [ "$code" != 0 ] && [ "$failed" = 0 ] || continue
    echo "test: a test command exited with $code although no test failed" >&2
    failed=$((failed + 1))
  done
  if [ $((passed + failed + skipped)) = 0 ]; then
    echo "test: there was no test at all" >&2
    failed=1
  fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
