#!/bin/sh
# dom0: samples/03-Unikernel in 32 MiB, on the one processor that dom0 has too, under pings, UDP echoes and work on its disk at once for
# SECONDS_OF_LOAD. Every minute the guest says what memory it has and what it has granted, and Xen how many event channels there are: none of it
# may grow.
. /lab/lab.sh
OWN=10.78.0.1
GUEST=10.78.0.2
SECOND=10.78.0.3
ip addr add $OWN/24 dev xenbr0
truncate -s 64M /tmp/xvda
truncate -s 8M /tmp/xvdb
disk=$(loop_add /tmp/xvda 512)
second=$(loop_add /tmp/xvdb 512)
printf '%s\n' 'name="soak"' 'type="pvh"' 'kernel="/img/soak"' 'memory=32' 'vcpus=1' 'on_crash="preserve"' "disk=['phy:$disk,xvda,w']" \
  "vif=['mac=00:16:3e:00:78:02,bridge=xenbr0,ip=$GUEST']" >/tmp/soak.cfg
held_before soak
xl create -q /tmp/soak.cfg
home=/local/domain/$(xl domid soak)

serves() {
  xenstore-exists "$home/data/vbd/xvda" "$home/data/vif/0" 2>/dev/null
}

ask() {
  guest_ask soak 120 "$1"
}

# explain NAME: what failed said, and what the kernels know of the interface.
explain() {
  echo "$1 failed" >>/tmp/failures
  sed "s/^/$1| /" "/tmp/$1.last"
  counters "vif$(xl domid soak).0"
  mount -t debugfs debug /sys/kernel/debug 2>/dev/null
  cat "/sys/kernel/debug/xen-netback/vif$(xl domid soak).0/"* /proc/net/arp
}

# until_end NAME COMMAND...: again and again, and how often; the first failure is written down and ends it.
until_end() {
  local name=$1 count=0
  shift
  while [ "$(now)" -lt "$end" ]; do
    "$@" >"/tmp/$name.last" 2>&1 || { explain "$name"; break; }
    count=$((count + 1))
  done
  echo "SOAK $name: $count times"
}

# However late: the guest has one processor, and the disk's work is on it too. ping sends one more for each that is late, so that none was lost is
# counted in the end.
pings() {
  ping -A -q -c 200 -w 120 $GUEST | tee /tmp/pings.last
  grep ' 200 packets received' /tmp/pings.last
}

echoes() {
  xslab ask-echo $GUEST 0 1472 7
}

disk_work() {
  seed=$((seed + 1))
  ask "write xvda $seed 16" && ask "verify xvda $seed 16"
}

# measure FILE: the memory and grants that the guest has, and its event channels, as a line of the file. Between two pieces of work on the disk, so that
# none is under way.
measure() {
  local answer
  answer=$(ask memory) && held_now /tmp/held || { echo "measure failed" >>/tmp/failures; return; }
  echo "$answer" | sed -E "s/ok ([0-9]+) KiB managed, ([0-9]+) KiB in use, ([0-9]+) pages granted/\\1 \\2 \\3 $(ports_in /tmp/held)/" >>"$1"
  echo "SOAK $answer, $(held_in /tmp/held) in all"
}

disk_and_measures() {
  next=$(now)
  seed=0
  while [ "$(now)" -lt "$end" ]; do
    disk_work >/tmp/disk.last 2>&1 || { explain disk; break; }
    [ "$(now)" -lt "$next" ] || { measure /tmp/load; next=$((next + 60)); }
  done
  echo "SOAK disk: $seed times 16 MiB written and verified"
}

is_gone() {
  ! xenstore-exists "$1" 2>/dev/null
}

# A disk and an interface that come and go, before the load and after it: there are runs of pages for them, and they are given back. One after the
# other: what a guest of this size may lend has no room for two more.
second_disk() {
  xl block-attach soak "phy:$second,xvdb,w" && wait_until 20 xenstore-exists "$home/data/vbd/xvdb" && ask 'write xvdb 1 8' && ask 'verify xvdb 1 8' &&
    xl block-detach soak xvdb && wait_until 20 is_gone "$home/data/vbd/xvdb"
}

second_interface() {
  xl network-attach soak mac=00:16:3e:00:78:03 bridge=xenbr0 ip=$SECOND && wait_until 20 xenstore-exists "$home/data/vif/1" &&
    ping -q -c 3 -w 20 $SECOND && xl network-detach soak 1 && wait_until 20 is_gone "$home/data/vif/1"
}

come_and_go() {
  second_disk >/tmp/disk.last 2>&1 || explain disk
  second_interface >/tmp/interface.last 2>&1 || explain interface
}

wait_until 30 serves || { guest_console soak; exit 1; }
come_and_go
early=$(cat "/sys/class/net/vif$(xl domid soak).0/statistics/tx_packets")
end=$(($(now) + SECONDS_OF_LOAD))
until_end ping pings &
until_end echo echoes &
disk_and_measures
wait
measure /tmp/load
for visit in 1 2 3 4; do
  come_and_go
  measure /tmp/visits
  echo "SOAK devices: came and went, $visit"
done
sleep 5
sent=$(cat "/sys/class/net/vif$(xl domid soak).0/statistics/tx_packets")
xl shutdown soak
wait_until 30 guest_is_gone soak || echo "it did not shut down" >>/tmp/failures
handled=$(guest_console soak | sed -n 's/.*device\/vif\/0 closes: \([0-9]*\) frames answered, \([0-9]*\) ignored.*/\1 + \2/p')
echo "SOAK frames: $sent sent, at most $early of them before anybody listened; $handled answered and ignored"
[ $((sent - (handled))) -le "$early" ] || echo "frames were lost" >>/tmp/failures
guest_console soak | grep -v "CommandService\|: ok " | tail -n 30 | sed 's/^/soak| /'
losetup -d "$disk"
losetup -d "$second"
ip addr flush dev xenbr0
released soak || echo "something is left" >>/tmp/failures
# flat FILE: the last measure is at most 5 percent above the second one, which has what the first minute, or the first visit after the load, warms up; grants
# and ports are equal.
flat() {
  awk '
    NR == 2 { managed = $1; used = $2; grants = $3; ports = $4 }
    END {
      printf "SOAK from %d, %d KiB to %d, %d KiB managed and in use\n", managed, used, $1, $2
      exit !(NR > 2 && $1 <= managed * 1.05 && $2 <= used * 1.05 && $3 <= grants && $4 == ports)
    }' "$1"
}

flat /tmp/load || echo "it grew under load" >>/tmp/failures
flat /tmp/visits || echo "it grew with devices that came and went" >>/tmp/failures
cat /tmp/failures 2>/dev/null && exit 1
echo "SOAK held"
