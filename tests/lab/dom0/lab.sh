# What scripts in dom0 use: . /lab/lab.sh

CHECK_SECONDS=180 # for one script of checks

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

# wait_until SECONDS COMMAND...: asks every tenth of a second until COMMAND succeeds.
wait_until() {
  local left=$(($1 * 10))
  shift
  until "$@"; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    usleep 100000
  done
}

# guest_start NAME [line of configuration]...: starts the Linux PVH guest that --guest and --guest-add prepared.
guest_start() {
  local name=$1
  shift
  cat /lab/guest/base.cpio /lab/guest/added.cpio >/tmp/guest.cpio
  printf '%s\n' "name=\"$name\"" 'type="pvh"' 'kernel="/lab/guest/vmlinuz"' 'ramdisk="/tmp/guest.cpio"' \
    'extra="console=hvc0 quiet"' 'memory=256' 'vcpus=1' 'tsc_mode="native"' 'on_crash="preserve"' "$@" >"/tmp/$name.cfg"
  xl create -q "/tmp/$name.cfg"
}

guest_console() {
  cat "/var/log/xen/console/guest-$1.log" 2>/dev/null
}

guest_ended() {
  guest_console "$1" | grep -qE '^GUEST exit [0-9]+'
}

# guest_wait NAME SECONDS: waits for the guest's script, prints its console, returns the script's status.
guest_wait() {
  local ended=0
  wait_until "$2" guest_ended "$1" || ended=1
  guest_console "$1" | tr -d '\r'
  [ "$ended" = 0 ] || { echo "the guest did not end within $2 s"; return 1; }
  return "$(guest_console "$1" | tr -d '\r' | sed -n 's/^GUEST exit //p' | tail -n 1)"
}

# The toolstack's part for a device whose both ends are in dom0. The front end's node is outside /local/domain/0/device, so that
# dom0's own drivers do not bind it.
FRONTENDS=/xenstack-lab

# vbd_add NUMBER DEVICE r|w: a disk on the kernel's blkback. Prints the front end's path.
vbd_add() {
  local number=$1 device=$2 mode=$3
  local front=$FRONTENDS/vbd/$number back=/local/domain/0/backend/vbd/0/$number
  xenstore-write "$front/backend" "$back" "$front/backend-id" 0 "$front/virtual-device" "$number" "$front/device-type" disk "$front/state" 1
  xenstore-write "$back/frontend" "$front" "$back/frontend-id" 0 "$back/online" 1 "$back/dev" xvda "$back/type" phy \
    "$back/device-type" disk "$back/mode" "$mode" "$back/params" "$device" "$back/physical-device" "$(stat -L -c %t:%T "$device")" \
    "$back/physical-device-path" "$device" "$back/hotplug-status" connected "$back/state" 1
  echo "$front"
}

# vif_add NUMBER MAC: a network interface on the kernel's netback, vif0.NUMBER, in the bridge. Prints the front end's path.
vif_add() {
  local number=$1 mac=$2
  local front=$FRONTENDS/vif/$number back=/local/domain/0/backend/vif/0/$number
  xenstore-write "$front/backend" "$back" "$front/backend-id" 0 "$front/handle" "$number" "$front/mac" "$mac" "$front/state" 1
  xenstore-write "$back/frontend" "$front" "$back/frontend-id" 0 "$back/online" 1 "$back/handle" "$number" "$back/mac" "$mac" \
    "$back/bridge" xenbr0 "$back/script" /etc/xen/scripts/vif-bridge "$back/hotplug-status" connected "$back/state" 1
  wait_until 10 ip link set "vif0.$number" master xenbr0 2>/dev/null || return 1
  ip link set "vif0.$number" up
  echo "$front"
}

backend_state() {
  [ "$(xenstore-read "/local/domain/0/backend/$1/0/$2/state" 2>/dev/null)" = "$3" ]
}

# device_remove vbd|vif NUMBER: the toolstack's orderly removal, after the front end has closed; waits until the back end is gone too.
device_remove() {
  local front=$FRONTENDS/$1/$2 back=/local/domain/0/backend/$1/0/$2 state
  state=$(xenstore-read "$front/state")
  [ "$state" = 1 ] || [ "$state" = 6 ] || echo "the front end of $1 $2 is still in state $state"
  xenstore-write "$back/online" 0 "$front/state" 6
  wait_until 10 backend_state "$1" "$2" 6 || echo "the back end of $1 $2 did not close: state $(xenstore-read "$back/state")"
  xenstore-rm -t "$back"
  xenstore-rm -t "$front"
}

# loop_add FILE MIB SECTOR_BYTES: a file of zeros as a loop device. Prints the device.
loop_add() {
  truncate -s "$2M" "$1" && losetup --find --show --sector-size "$3" "$1"
}

# What Xen and xenstore hold for dom0: mapped grants, event channels, nodes. Without what changes by itself.
held_now() {
  /usr/lib/xen-4.17/bin/xl dmesg -c >/dev/null
  /usr/lib/xen-4.17/bin/xl debug-keys g
  /usr/lib/xen-4.17/bin/xl debug-keys e
  /usr/lib/xen-4.17/bin/xl dmesg | sed -E 's/\[[01]\/[01]\/[^]]*\]//'
  xenstore-ls -f
}
