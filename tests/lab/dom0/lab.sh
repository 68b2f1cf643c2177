# What scripts in dom0 use: . /lab/lab.sh

CHECK_SECONDS=300 # for one script of checks

# check NAME COMMAND...: runs COMMAND; prints its output as "NAME| line" and "LAB NAME ok|fail last line".
check() {
  local name=$1 status=0 log=/tmp/$1.log
  shift
  ("$@") >"$log" 2>&1 || status=$?
  sed "s/^/$name| /" "$log"
  if [ "$status" = 0 ]; then
    echo "LAB $name ok $(tail -n 1 "$log")"
  else
    echo "LAB $name fail status $status: $(tail -n 1 "$log")"
  fi
}

# A tool of dom0 that dies of a signal was broken by the emulation, not by what is checked: at most two more tries, printed.
retry_crashed() {
  local try=0 status
  while true; do
    status=0
    "$@" || status=$?
    [ "$status" -gt 128 ] && [ "$try" -lt 2 ] || return "$status"
    try=$((try + 1))
    echo "LAB-RETRY $try: $* died of signal $((status - 128))" >/dev/ttyS1
  done
}

xl() {
  retry_crashed /usr/lib/xen-4.17/bin/xl "$@"
}

# util-linux's: busybox has no --sector-size.
losetup() {
  /sbin/losetup "$@"
}

# The seconds since the start, for limits: under emulation a command can take longer than the pause between two.
now() {
  local uptime
  read -r uptime </proc/uptime
  echo "${uptime%%.*}"
}

# wait_until SECONDS COMMAND...: asks again and again until COMMAND succeeds.
wait_until() {
  local limit=$(($(now) + $1))
  shift
  until "$@"; do
    [ "$(now)" -lt "$limit" ] || return 1
    usleep 200000
  done
}

# guest_start NAME [WORD]...: starts the Linux PVH guest that --guest and --guest-add prepared; its script finds the words as its arguments.
guest_start() {
  local name=$1
  shift
  cat /lab/guest/base.cpio /lab/guest/added.cpio >/tmp/guest.cpio
  printf '%s\n' "name=\"$name\"" 'type="pvh"' 'kernel="/lab/guest/vmlinuz"' 'ramdisk="/tmp/guest.cpio"' \
    "extra=\"console=hvc0 quiet -- $*\"" 'memory=256' 'vcpus=1' 'tsc_mode="native"' 'on_crash="preserve"' >"/tmp/$name.cfg"
  rm -f "/var/log/xen/console/guest-$name.log"
  xl create -q "/tmp/$name.cfg"
}

guest_console() {
  tr -d '\r' <"/var/log/xen/console/guest-$1.log"
}

# guest_is_over NAME: whether the guest's script has ended, or its kernel has crashed. Slowly: while a guest runs, each process of dom0 is at
# risk under emulation.
guest_is_over() {
  sleep 1
  grep -qE '^GUEST exit|BUG:|Oops|Kernel panic' "/var/log/xen/console/guest-$1.log" 2>/dev/null
}

guest_is_gone() {
  ! xl domid "$1" >/dev/null 2>&1
}

# The names of the checks that have a verdict in FILE.
checks_in() {
  sed -n 's/^LAB \([^ ]*\) .*/\1/p' "$1"
}

# guest_run NAME SECONDS: runs the guest's script, prints its console, returns the script's status. Emulation crashes the guest's kernel now
# and then, and a kernel that hangs says nothing, while each check has a limit of its own. So a guest that does not come to its script's
# end is started again, at most twice, printed, to go on with the checks that have no verdict yet.
guest_run() {
  local name=$1 seconds=$2 try=0 log=/tmp/$1.console status
  : >"$log"
  while true; do
    # shellcheck disable=SC2046
    guest_start "$name" $(checks_in "$log")
    wait_until "$seconds" guest_is_over "$name"
    guest_console "$name" >>"$log"
    wait_until 10 guest_is_gone "$name" || xl destroy "$name"
    status=$(sed -n 's/^GUEST exit //p' "$log" | tail -n 1)
    [ -z "$status" ] && [ "$try" -lt 2 ] || break
    try=$((try + 1))
    echo "LAB-RETRY $try: the guest $name did not come to its script's end" >/dev/ttyS1
  done
  cat "$log"
  return "${status:-1}"
}

# vbd_add NUMBER DEVICE r|w: a disk on the kernel's blkback, by the product's toolstack. Prints the front end's path.
vbd_add() {
  xslab vbd-add "$1" "$2" "$(stat -L -c %t:%T "$2")" "$3"
}

# vif_up NUMBER MTU: puts a network interface of the kernel's netback, once it is connected, into the bridge.
vif_up() {
  ip link set "vif0.$1" mtu "$2" && ip link set "vif0.$1" master xenbr0 && ip link set "vif0.$1" up && ip link set xenbr0 mtu "$2"
}

# counters INTERFACE: what the kernel counted on it, without the zeros.
counters() {
  grep -H . "/sys/class/net/$1/statistics/"* | grep -v ':0$' | sed 's/.*statistics/'"$1"'/'
}

# loop_add FILE SECTOR_BYTES [OPTION]: a file as a loop device. Prints the device.
loop_add() {
  losetup --find --show --sector-size "$2" $3 "$1"
}

# What Xen and xenstore hold: grants in use, event channels, nodes. Without what changes by itself: pending events, vCPUs that poll, the
# sizes of Xen's own tables, which only grow, and the two empty folders that xl leaves.
held_now() {
  xl dmesg -c >/dev/null
  xl debug-keys g
  xl debug-keys e
  xl dmesg | sed -E -e 's/\[[01]\/[01]\/[^]]*\]//' -e '/maptrack frames|Polling vCPUs/d'
  retry_crashed xenstore-ls -f | grep -vxE '/(libxl|vm) = ""' | sort
}

# held_before NAME: remembers what is held now, for "released NAME".
held_before() {
  held_now >"/tmp/$1.before"
}

is_released() {
  held_now >"/tmp/$1.after"
  cmp -s "/tmp/$1.before" "/tmp/$1.after"
}

# released NAME: whether all that was made since "held_before NAME" is gone within ten seconds, as Xen and xenstore see it.
released() {
  if wait_until 10 is_released "$1"; then
    echo "as before: $(ports_in "/tmp/$1.after") event channels, $(nodes_in "/tmp/$1.after") nodes, no grants in use"
  else
    diff "/tmp/$1.before" "/tmp/$1.after"
    return 1
  fi
}

ports_in() {
  grep -c '^(XEN) .* : s=' "$1"
}

nodes_in() {
  grep -c '^/' "$1"
}

# held_more NAME FILE: whether FILE, of held_now, shows more grants, event channels and nodes than "held_before NAME" saw: that it would.
held_more() {
  echo "$(ports_in "$2") event channels, $(nodes_in "$2") nodes, $(grep -c '^(XEN) \[0x' "$2") grants in use"
  grep -q 'no active grant table entries' "/tmp/$1.before" && ! grep -q 'no active grant table entries' "$2" &&
    [ "$(ports_in "$2")" -gt "$(ports_in "/tmp/$1.before")" ] && [ "$(nodes_in "$2")" -gt "$(nodes_in "/tmp/$1.before")" ]
}
