# What scripts in dom0 use: . /lab/lab.sh

CHECK_SECONDS=300 # for one script of checks, at most

XL=/usr/lib/xen-4.17/bin/xl

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
  retry_crashed $XL "$@"
}

ip() {
  retry_crashed /bin/ip "$@"
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

# The seconds until xenlab ends everything, less what an orderly end takes.
seconds_left() {
  local limit
  limit=$(sed -n 's/.*xenlab.seconds=\([0-9]*\).*/\1/p' /proc/cmdline)
  echo $((limit - $(now)))
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
  rm -f "$(guest_log "$name")"
  xl create -q "/tmp/$name.cfg"
}

guest_log() {
  echo "/var/log/xen/console/guest-$1.log"
}

guest_console() {
  tr -d '\r' <"$(guest_log "$1")"
}

# guest_says NAME SECONDS TEXT: waits for a line of a guest's console.
guest_says() {
  wait_until "$2" grep -qF "$3" "$(guest_log "$1")" || { guest_console "$1" | tail -n 60; echo "nothing on the console with '$3' within $2 s"; return 1; }
}

# guest_ends NAME SECONDS: waits until it is gone; one that stays is destroyed, and the end of its console printed.
guest_ends() {
  wait_until "$2" guest_is_gone "$1" || { guest_console "$1" | tail -n 40; echo "$1 was not gone within $2 s"; xl destroy "$1"; return 1; }
}

# guest_ask NAME SECONDS COMMAND: has samples/03-Unikernel do something, and prints its answer, which stays in /tmp/NAME.answer.
guest_ask() {
  local data answer=/tmp/$1.answer
  data=/local/domain/$(xl domid "$1")/data
  xenstore-write "$data/command" "$3"
  wait_until "$2" is_answered "$data" || { echo "no answer to '$3'"; return 1; }
  xenstore-read "$data/answer" | tee "$answer"
  grep -q '^ok ' "$answer"
}

is_answered() {
  [ -z "$(xenstore-read "$1/command")" ]
}

KERNEL_CRASH='BUG:|Oops|Kernel panic'

# guest_is_over NAME: whether the guest's script has ended, or its kernel has crashed. Slowly: while a guest runs, each process of dom0 is at
# risk under emulation.
guest_is_over() {
  sleep 1
  guest_look "$1"
  grep -qE "^GUEST exit|$KERNEL_CRASH" "$(guest_log "$1")" 2>/dev/null
}

# guest_look NAME: when the guest's script says that it holds something, takes it down once (/tmp/NAME.during) and tells the script to go on.
guest_look() {
  local go
  grep -q '^GUEST held' "$(guest_log "$1")" 2>/dev/null || return 0
  go=/local/domain/$(xl domid "$1")/data/go
  xenstore-exists "$go" && return 0
  [ -e "/tmp/$1.during" ] || held_now "/tmp/$1.during"
  xenstore-write "$go" 1
}

guest_is_gone() {
  ! xl domid "$1" >/dev/null 2>&1
}

# guest_fault NAME: prints what the emulation did to the guest, or fails: before its script began, or with a crash of its kernel outside of
# the drivers of /dev/xen, which the script's programs use. A script that hangs or fails is none of that.
guest_fault() {
  local log
  log=$(guest_log "$1")
  if grep -E 'RIP: .*\[xen' "$log"; then
    return 1
  elif grep -E -m 1 "$KERNEL_CRASH" "$log"; then
    return 0
  fi
  ! grep -q '^GUEST ready' "$log" && echo 'it was never ready'
}

# The names of the checks that have a verdict in FILE.
checks_in() {
  sed -n 's/^LAB \([^ ]*\) .*/\1/p' "$1"
}

# guest_run NAME SECONDS: runs the guest's script, prints its console, returns the script's status. A guest that the emulation broke is started
# again, at most twice, printed, to go on with the checks that have no verdict yet; a script that ran and failed, or hung, is not.
guest_run() {
  local name=$1 seconds=$2 try=0 log=/tmp/$1.console status fault
  : >"$log"
  while true; do
    # shellcheck disable=SC2046
    guest_start "$name" $(checks_in "$log")
    wait_until "$seconds" guest_is_over "$name"
    guest_console "$name" >>"$log"
    status=$(guest_console "$name" | sed -n 's/^GUEST exit //p')
    wait_until 10 guest_is_gone "$name" || xl destroy "$name"
    [ -z "$status" ] && [ "$try" -lt 2 ] && fault=$(guest_fault "$name") || break
    try=$((try + 1))
    echo "LAB-RETRY $try: the guest $name crashed under emulation: $fault" >/dev/ttyS1
  done
  cat "$log"
  [ -n "$status" ] || echo "the guest's script did not come to its end within $seconds s"
  return "${status:-1}"
}

# vbd_add NUMBER DEVICE r|w [TYPE]: a disk on the kernel's blkback, by the product's toolstack. Prints the front end's path. Not below
# device/vbd unless TYPE says so: there dom0's own blkfront, when it is loaded, would take it.
vbd_add() {
  xslab vbd-add "${4:-xsvbd}" "$1" "$2" "$(stat -L -c %t:%T "$2")" "$3"
}

# vif_up NUMBER MTU: puts a network interface of the kernel's netback, once it is there, into the bridge.
vif_up() {
  wait_until 10 test -e "/sys/class/net/vif0.$1" && ip link set "vif0.$1" mtu "$2" && ip link set "vif0.$1" master xenbr0 && ip link set "vif0.$1" up && ip link set xenbr0 mtu "$2"
}

# vif_forwards NUMBER: waits until the bridge takes frames of an interface whose front end is connected. The kernel tells the bridge of the carrier from
# a work queue, up to a second later; until then frames are dropped, and not everybody asks twice.
vif_forwards() {
  wait_until 10 grep -qx 3 "/sys/class/net/vif0.$1/brport/state"
}

# counters INTERFACE: what the kernel counted on it, without the zeros.
counters() {
  grep -H . "/sys/class/net/$1/statistics/"* | grep -v ':0$' | sed 's/.*statistics/'"$1"'/'
}

# loop_add FILE SECTOR_BYTES [OPTION]: a file as a loop device. Prints the device.
loop_add() {
  losetup --find --show --sector-size "$2" $3 "$1"
}

# output_of FILE COMMAND...: a tool's whole output, of the one run that did not crash.
output_of() {
  local file=$1
  shift
  retry_crashed into "$file" "$@"
}

into() {
  local file=$1
  shift
  "$@" >"$file"
}

# held_now FILE: what Xen and xenstore hold: grants in use, event channels, nodes, xenstored's connections and watches. Without what changes
# by itself: pending events, vCPUs that poll, the sizes of Xen's own tables, which only grow, and the two empty folders that xl leaves. Fails
# when a tool does, or says less than it always says: an empty list would be equal to another one.
held_now() {
  xl dmesg -c >/dev/null && xl debug-keys g && xl debug-keys e && output_of "$1.xen" $XL dmesg &&
    output_of "$1.store" xenstore-ls -f && watches_now "$1.watches" || { echo "a tool failed: $?"; return 1; }
  has_all "$1.xen" 'gnttab_usage_print_all \] done' 'Event channel information for domain 0' &&
    has_all "$1.store" '^/local/domain/0/name = "Domain-0"' && has_all "$1.watches" '^connections [1-9]' '^watch .*@releaseDomain' || return 1
  {
    sed -E -e 's/\[[01]\/[01]\/[^]]*\]//' -e '/maptrack frames|Polling vCPUs/d' "$1.xen"
    grep -vxE '/(libxl|vm) = ""' "$1.store" | sort
    cat "$1.watches"
  } >"$1"
}

# has_all FILE PATTERN...: says which is missing.
has_all() {
  local file=$1 pattern
  shift
  for pattern in "$@"; do
    grep -q "$pattern" "$file" || { echo "$file lacks '$pattern'"; return 1; }
  done
}

# watches_now FILE: how many connections xenstored has, and each watch with its path and token, from its own report of its memory.
watches_now() {
  rm -f "$1.report"
  retry_crashed xenstore-control memreport "$1.report" >/dev/null && {
    echo "connections $(grep -c 'struct connection ' "$1.report")"
    awk '
      { depth = match($0, /[^ ]/) }
      watch && depth > watch { if (depth == watch + 4 && $1 != "domlist") line = line " " $1; next }
      watch { print line; watch = 0 }
      /struct watch / { watch = depth; line = "watch" }
      END { if (watch) print line }' "$1.report" | sort
  } >"$1"
}

# held_before NAME: remembers what is held now, for "released NAME".
held_before() {
  held_now "/tmp/$1.before" >"/tmp/$1.before.log" 2>&1 || rm -f "/tmp/$1.before"
}

is_released() {
  held_now "/tmp/$1.after" && cmp -s "/tmp/$1.before" "/tmp/$1.after"
}

# released NAME: whether all that was made since "held_before NAME" is gone within ten seconds, as Xen and xenstore see it.
released() {
  if [ ! -e "/tmp/$1.before" ]; then
    cat "/tmp/$1.before.log"
    echo "what was held before is not known"
    return 1
  fi
  if wait_until 10 is_released "$1"; then
    echo "as before: $(held_in "/tmp/$1.after")"
  else
    diff "/tmp/$1.before" "/tmp/$1.after"
    return 1
  fi
}

grants_in() {
  grep -c '^(XEN) \[0x' "$1"
}

ports_in() {
  grep -c '^(XEN) .* : s=' "$1"
}

nodes_in() {
  grep -c '^/' "$1"
}

watches_in() {
  grep -c '^watch ' "$1"
}

held_in() {
  echo "$(grants_in "$1") grants, $(ports_in "$1") event channels, $(nodes_in "$1") nodes, $(watches_in "$1") watches"
}

# held_more NAME FILE KIND...: whether FILE, of held_now, shows more of each KIND (grants, ports, nodes, watches) than "held_before NAME" saw:
# that "released NAME" would see what is left.
held_more() {
  local before=/tmp/$1.before during=$2 kind
  shift 2
  echo "before: $(held_in "$before")"
  for kind in "$@"; do
    [ "$("${kind}_in" "$during")" -gt "$("${kind}_in" "$before")" ] || { echo "no more $kind: $(held_in "$during")"; return 1; }
  done
  echo "$(held_in "$during")"
}

# held_by NAME COMMAND...: what is held while COMMAND, a program that prints "held" once it holds something, runs; into /tmp/NAME.during.
# Then the program is killed.
held_by() {
  local name=$1 program status=0
  shift
  "$@" >"/tmp/$name.program" 2>&1 &
  program=$!
  wait_until 20 grep -qx held "/tmp/$name.program" || status=1
  held_now "/tmp/$name.during" || status=1
  kill -9 $program
  wait $program
  cat "/tmp/$name.program"
  return $status
}

# held NAME KIND... -- COMMAND...: that COMMAND holds more of each KIND than before, as Xen and xenstore see it.
held() {
  local name=$1 kinds=''
  shift
  while [ "$1" != -- ]; do
    kinds="$kinds $1"
    shift
  done
  shift
  # shellcheck disable=SC2086
  held_by "$name" "$@" && held_more "$name" "/tmp/$name.during" $kinds
}
