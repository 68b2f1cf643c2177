#!/usr/bin/env bash
# Checks ./test itself, in a copy with made-up commands: whatever fails, it runs to its end and its last line counts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/tests/counting"
cp test "$folder/"
cp tests/counting/count.sh "$folder/tests/counting/"
echo '"A.Tests\A.Tests.csproj"' >"$folder/XenStack.sln"

# fake NAME: a command that does what is on standard input.
fake() {
  { echo '#!/usr/bin/env bash'; cat; } >"$1"
  chmod +x "$1"
}

# dotnet leaves the results of one passed test, and a line of what it was asked.
fake "$folder/bin/dotnet" <<'FAKE'
name=A.Tests
[[ $* == *tests/lab* ]] && name=Xen.Lab.Tests
for word; do [[ $word != -p:TestResultsFolder=* ]] || results=${word#*=}; done
cat >"$results/$name.trx" <<TRX
<TestRun>
<ResultSummary outcome="Completed">
<Counters total="1" executed="1" passed="1" failed="0" />
</ResultSummary>
</TestRun>
TRX
FAKE
fake "$folder/bin/id" <<<'echo 0'
good_commands() {
  fake "$folder/bin/dpkg-query" <<<'echo "install ok installed"'
  fake "$folder/bin/apt-get" <<<'exit 99'
  fake "$folder/tests/counting/check.sh" <<<'exit 0'
}

# expect WHAT LAST_LINE TEXT: that ./test ends so, with the exit status that fits, and says TEXT before.
expect() {
  local what=$1 line=$2 text=$3 status=0 wanted=1 output
  output=$(PATH=$folder/bin:$PATH "$folder/test" 2>&1) || status=$?
  [[ $line == *' 0 failed'* ]] && wanted=0
  [ "${output##*$'\n'}" = "$line" ] && [ "$status" = "$wanted" ] && [[ $output == *"$text"* ]] || {
    printf '%s\n' "$output" "./test is wrong: $what: status $status, expected '$line' and '$text'" >&2
    exit 1
  }
}

good_commands
expect 'all is well' '2 passed, 0 failed, 0 skipped' ''

good_commands
fake "$folder/bin/dpkg-query" <<<'exit 1'
fake "$folder/bin/apt-get" <<<'echo "E: no network" >&2; exit 100'
expect 'apt-get fails' '2 passed, 0 failed, 0 skipped' 'E: no network'

good_commands
fake "$folder/tests/counting/check.sh" <<<'echo "counting is wrong" >&2; exit 1'
expect 'the check of the sums fails' '2 passed, 1 failed, 0 skipped' 'counting is wrong'

good_commands
mv "$folder/tests/counting/count.sh" "$folder/kept.sh"
expect 'the sum cannot be made' '0 passed, 1 failed, 0 skipped' 'count.sh'
mv "$folder/kept.sh" "$folder/tests/counting/count.sh"

good_commands
fake "$folder/bin/dotnet" <<<'exit 3'
expect 'no test runs' '0 passed, 2 failed, 0 skipped' 'left no results'
