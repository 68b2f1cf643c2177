#!/bin/sh
# dom0: every script of /lab/checks in order, each with its own time.
. /lab/lab.sh
for script in /lab/checks/*.sh; do
  started=$(cut -d. -f1 /proc/uptime)
  timeout -k 5 "$CHECK_SECONDS" sh -c '. /lab/lab.sh; . "$1"' check "$script"
  echo "# $script ended with $? after $(($(cut -d. -f1 /proc/uptime) - started)) s"
done
