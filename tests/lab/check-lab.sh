#!/usr/bin/env bash
# Checks dom0/lab.sh with made-up tools: "released" must not pass when its tools fail or say nothing, and only what the emulation broke is a
# reason to start a guest again.
set -uo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/dom0/lab.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" /tmp/check-lab.*' EXIT

XL=made_up_xl
made_up_xl() {
  [ "$*" != dmesg ] || cat "$folder/dmesg"
  return "$xl_status"
}
xenstore-ls() {
  cat "$folder/store"
  return "$ls_status"
}
xenstore-control() {
  cp "$folder/report" "$2"
  return "$control_status"
}
wait_until() {
  shift
  "$@"
}
guest_log() {
  echo "$folder/console"
}

good() {
  xl_status=0 ls_status=0 control_status=0
  printf '%s\n' "(XEN) gnttab_usage_print_all ] done" '(XEN) Event channel information for domain 0:' \
    '(XEN)        1 [0/0/  -   ]: s=5 n=0 x=0 v=0' >"$folder/dmesg"
  echo '/local/domain/0/name = "Domain-0"' >"$folder/store"
  printf '%s\n' '  struct connection              contains    344 bytes' '      struct watch                   contains     79 bytes' \
    '          domlist                        contains      8 bytes' '          @releaseDomain                 contains     15 bytes' >"$folder/report"
}

# expect WHAT ok|fail COMMAND...
expect() {
  local what=$1 wanted=$2 got=ok
  shift 2
  "$@" >"$folder/output" 2>&1 || got=fail
  [ "$got" = "$wanted" ] && return 0
  cat "$folder/output"
  echo "lab.sh is wrong: $what: $got, expected $wanted"
  exit 1
}

# spoiled before|after ASSIGNMENT: "released" with something wrong in one of the two lists.
spoiled() {
  good
  [ "$1" != before ] || eval "$2"
  held_before check-lab
  [ "$1" = before ] || eval "$2"
  released check-lab
}

expect 'all as before' ok spoiled before :
for when in before after; do
  for spoil in xl_status=1 ls_status=1 control_status=1 ': >$folder/dmesg' ': >$folder/store' ': >$folder/report'; do
    expect "$spoil $when" fail spoiled $when "$spoil"
  done
done
for left in 'echo "/left = \"\"" >>$folder/store' 'echo "(XEN)        2 [0/0/  -   ]: s=3 n=0 x=0 d=0 p=1" >>$folder/dmesg' \
  'sed "s/releaseDomain/left/" $folder/report >$folder/more; cat $folder/more >>$folder/report'; do
  expect "$left" fail spoiled after "$left"
done

more() {
  good
  held_before check-lab
  echo '/more = ""' >>"$folder/store"
  held_now /tmp/check-lab.during
  held_more check-lab /tmp/check-lab.during "$@"
}
expect 'more nodes' ok more nodes
expect 'more nodes but no more grants' fail more nodes grants

# fault CONSOLE_LINE...
fault() {
  printf '%s\n' "$@" >"$folder/console"
  guest_fault guest
}
expect 'a guest that was never ready' ok fault 'Linux version 6.1'
expect 'a crash of its kernel' ok fault 'GUEST ready' 'BUG: stack guard page was hit' 'RIP: 0010:error_entry+0x10/0x130'
expect 'a crash in a driver of /dev/xen' fail fault 'GUEST ready' 'BUG: unable to handle page fault' 'RIP: 0010:gntalloc_ioctl+0x10/0x130 [xen_gntalloc]'
expect 'a script that hangs' fail fault 'GUEST ready' 'LAB a ok'
