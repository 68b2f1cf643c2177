#!/bin/sh
# dom0: every script of /lab/checks in order, each with its own time, all of them before xenlab ends the machine.
. /lab/lab.sh
for script in /lab/checks/*.sh; do
  started=$(now)
  seconds=$(seconds_left)
  [ "$seconds" -lt "$CHECK_SECONDS" ] || seconds=$CHECK_SECONDS
  if [ "$seconds" -le 0 ]; then
    echo "# $script did not run: no time is left"
    continue
  fi
  timeout -k 5 "$seconds" sh -c '. /lab/lab.sh; . "$1"' check "$script"
  status=$?
  # What the emulation broke, and what was ours.
  dmesg -c | grep -E 'segfault|general protection|traps:|Oops|BUG:' | sed 's/^/# dom0: /'
  echo "# $script ended with $status after $(($(now) - started)) s of at most $seconds"
done
