#!/bin/sh
# dom0: net or block speed of the unikernel over that of a Linux PVH guest, on the same back ends, by turns. docs/unikernel-speed.md.
. /lab/lab.sh
ROUNDS=${ROUNDS:-5}

echo 16777216 >/proc/sys/net/core/rmem_max
ip addr add 10.78.0.1/24 dev xenbr0

# guest NAME LAST: a disk of 64 MiB in dom0's memory, one interface, the machine's other processor.
guest() {
  dd if=/dev/zero of="/tmp/$1.disk" bs=1M count=64 2>/dev/null
  printf '%s\n' "name=\"$1\"" 'type="pvh"' 'vcpus=1' 'tsc_mode="native"' 'on_crash="preserve"' "$GUEST_CPUS" \
    "disk=[\"phy:$(loop_add "/tmp/$1.disk" 512),xvda,w\"]" "vif=[\"mac=00:16:3e:78:00:0$2,bridge=xenbr0,script=vif-bridge\"]"
}

cat /lab/guest/base.cpio /lab/guest/added.cpio >/tmp/guest.cpio
{
  guest unikernel 2
  printf '%s\n' 'kernel="/img/speed"' 'memory=64' 'extra="10.78.0.2"'
} >/tmp/unikernel.cfg
{
  guest linux 3
  printf '%s\n' 'kernel="/lab/guest/vmlinuz"' 'ramdisk="/tmp/guest.cpio"' 'memory=256' "extra=\"console=hvc0 quiet\""
} >/tmp/linux.cfg

is_ready() {
  grep -qE "SPEED ready|PANIC|$KERNEL_CRASH" "$(guest_log "$1")" 2>/dev/null
}

consoles() {
  for name in unikernel linux; do
    guest_console $name | tail -n "$1" | sed "s/^/$name| /"
  done
}

# What Xen and the back end know, after a comparison that did not end well.
explain() {
  xl vcpu-list
  xl dmesg -c >/dev/null
  xl debug-keys e
  xl debug-keys q
  xl dmesg
  mount -t debugfs debug /sys/kernel/debug
  for name in unikernel linux; do
    cat "/sys/kernel/debug/xen-netback/vif$(xl domid $name).0/"*
  done
}

for name in linux unikernel; do
  xl create -q /tmp/$name.cfg
  wait_until 60 is_ready $name || { consoles 60; exit 1; }
  vif=vif$(xl domid $name).0
  wait_until 10 grep -qx 3 "/sys/class/net/$vif/brport/state"
done
xl vcpu-list
timeout $(($(seconds_left) - 20)) speed compare "$WHAT" "$ROUNDS" "unikernel=$(xl domid unikernel)=10.78.0.2" "linux=$(xl domid linux)=10.78.0.3"
status=$?
[ "$status" = 0 ] || explain
consoles 40
for name in unikernel linux; do
  counters "vif$(xl domid $name).0"
  xl destroy $name
done
exit $status
