#!/usr/bin/env bash
# Checks count.sh against made-up result files, then ./test itself.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/count.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# trx NAME OUTCOME TOTAL EXECUTED PASSED FAILED [EXTRA]
trx() {
  cat >"$folder/$1.trx" <<TRX
<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results>
    <UnitTestResult testName="&lt;Counters total=&quot;99&quot;" outcome="Passed" />
  </Results>
  <ResultSummary outcome="$2">
    <Counters total="$3" executed="$4" passed="$5" failed="$6" error="0" timeout="0" aborted="0" inconclusive="0" notExecuted="0" />
    <RunInfos><RunInfo computerName="m" outcome="Error"><Text>${7:-}</Text></RunInfo></RunInfos>
  </ResultSummary>
</TestRun>
TRX
}

# expect WHAT LINE EXIT_CODES PROJECT...: the summary of the files, and whether it succeeds.
expect() {
  local what=$1 line=$2 got status=0 wanted=1
  got=$(count_results "$folder" "${@:3}" 2>/dev/null) || status=1
  [[ $line == *' 0 failed'* ]] && wanted=0
  [ "$got" = "$line" ] && [ "$status" = "$wanted" ] || {
    echo "counting is wrong: $what: '$got' (status $status), expected '$line'" >&2
    exit 1
  }
  rm -f "$folder"/*.trx
}

trx A Completed 5 5 5 0
trx B Completed 3 2 2 0
expect 'two runs, one test skipped' '7 passed, 0 failed, 1 skipped' '0 0' A B

trx A Failed 5 5 3 2
expect 'failed tests' '3 passed, 2 failed, 0 skipped' '1' A

trx A Failed 5 5 3 2 'Test host process crashed : stack overflow'
expect 'failed tests and a dead host' '3 passed, 3 failed, 0 skipped' '1' A

trx A Failed 4 4 4 0
expect 'a run that failed without a failed test' '4 passed, 1 failed, 0 skipped' '1' A

trx A Aborted 4 4 4 0
expect 'an aborted run' '4 passed, 1 failed, 0 skipped' '0' A

trx A Completed 4 4 4 0
trx B Completed 4 4 4 0
head -n 5 "$folder/B.trx" >"$folder/cut" && mv "$folder/cut" "$folder/B.trx"
expect 'a cut-off file' '4 passed, 1 failed, 0 skipped' '0 0' A B

: >"$folder/A.trx"
expect 'an empty file' '0 passed, 1 failed, 0 skipped' '0' A

trx A Completed 4 4 4 0
expect 'a project without results' '4 passed, 1 failed, 0 skipped' '0 0' A B

trx A Completed 4 4 4 0
expect 'a bad exit without a failure' '4 passed, 1 failed, 0 skipped' '0 134' A

trx A Failed 4 4 3 1
expect 'a bad exit with its failure' '3 passed, 1 failed, 0 skipped' '1 0' A

trx A Completed 0 0 0 0
expect 'no test at all' '0 passed, 1 failed, 0 skipped' '0' A
expect 'no file at all' '0 passed, 1 failed, 0 skipped' '0'

trx A Completed 6 0 0 0
expect 'all skipped' '0 passed, 0 failed, 6 skipped' '0' A

"$(dirname "${BASH_SOURCE[0]}")/check-test.sh"
