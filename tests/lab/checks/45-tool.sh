# LAB tool-doctor: the product's command, run in dom0, finds all that it needs
# LAB tool-doctor-missing: it says what is missing, and what to do about it
# LAB tool-store: it writes, reads, lists and removes nodes of the real xenstored, and says when there is none
# LAB tool-store-watch: it prints a node each time it changes
# LAB tool-blk-info: it says what a disk of the real blkback is
# LAB tool-blk: it writes, reads and verifies that disk; the backing file holds what it wrote; it finds one wrong byte
# LAB tool-blk-held: it refuses a disk that the kernel's own driver has, by name, and takes it once it is let go as it said
# LAB tool-net-ping: it pings dom0's own stack through the real netback, and writes every frame to a file
# LAB tool-net-silent: it says that nobody answers
# LAB tool-net-interrupted: SIGTERM ends it in good order
# LAB tool-removed: the toolstack removes its disk and its interface
# LAB tool-released: nothing of it is left

FOLDER=/tmp/tool
mkdir -p $FOLDER
held_before tool

tool() {
  xenstack --host linux "$@"
}

# fails STATUS TEXT COMMAND...: that COMMAND ends with STATUS and one line on the error stream that has TEXT.
fails() {
  local wanted=$1 text=$2 status=0
  shift 2
  "$@" 2>$FOLDER/error || status=$?
  cat $FOLDER/error
  [ "$status" = "$wanted" ] && [ "$(wc -l <$FOLDER/error)" = 1 ] && grep -q "$text" $FOLDER/error && return 0
  echo "status $status; expected $wanted and one line with '$text'"
  return 1
}

check tool-doctor xenstack doctor

doctor_missing() {
  local status=0
  mv /dev/xen/gntalloc /dev/xen/away
  xenstack doctor >$FOLDER/doctor || status=$?
  mv /dev/xen/away /dev/xen/gntalloc
  cat $FOLDER/doctor
  [ $status = 1 ] && grep missing $FOLDER/doctor | grep 'modprobe xen-gntalloc'
}
check tool-doctor-missing doctor_missing

store() {
  tool store write /xslab/tool/a 'one two' && [ "$(xenstore-read /xslab/tool/a)" = 'one two' ] || return 1
  xenstore-write /xslab/tool/b/c 3 && [ "$(tool store read /xslab/tool/b/c)" = 3 ] || return 1
  printf '%s\n' '/xslab/tool = ""' '/xslab/tool/a = "one two"' '/xslab/tool/b = ""' '/xslab/tool/b/c = "3"' >$FOLDER/expected
  tool store ls /xslab/tool >$FOLDER/list && diff $FOLDER/expected $FOLDER/list || return 1
  tool store ls / >$FOLDER/all && grep -q '^/local/domain/0/name = "Domain-0"' $FOLDER/all || return 1
  tool store rm /xslab && ! xenstore-exists /xslab && fails 1 /xslab/tool/a tool store read /xslab/tool/a
}
check tool-store store

watch() {
  xenstore-write /xslab-watch 1
  tool store watch /xslab-watch --count 2 >$FOLDER/watch &
  wait_until 10 grep -q . $FOLDER/watch && xenstore-write /xslab-watch 2
  wait $! && printf '%s\n' '/xslab-watch = "1"' '/xslab-watch = "2"' | diff - $FOLDER/watch && xenstore-rm /xslab-watch
}
check tool-store-watch watch

truncate -s 64M $FOLDER/disk
xslab pattern-write $FOLDER/data 7 8 >/dev/null
device=$(loop_add $FOLDER/disk 512)
disk=$(vbd_add 51712 "$device" w vbd)

blk_info() {
  tool blk info xvda --json >$FOLDER/info && cat $FOLDER/info &&
    has_all $FOLDER/info '"sizeBytes": 67108864' '"sectorSize": 512' '"isReadOnly": false' '"supportsFlush": true'
}
check tool-blk-info blk_info

blk() {
  tool blk write xvda $FOLDER/data --sector 2048 && dd if=$FOLDER/disk bs=1M skip=1 count=8 2>/dev/null | cmp - $FOLDER/data || return 1
  tool blk read xvda $FOLDER/read --sector 2048 --bytes 8388608 && cmp $FOLDER/read $FOLDER/data || return 1
  tool blk verify xvda $FOLDER/data --sector 2048 || return 1
  printf x | dd of=$FOLDER/data bs=1 seek=5000000 conv=notrunc 2>/dev/null
  fails 1 'at byte 6048576 ' tool blk verify xvda $FOLDER/data --sector 2048
}
check tool-blk blk

blk_held() {
  modprobe xen-blkfront && wait_until 10 test -e /sys/bus/xen/drivers/vbd/vbd-51712 || return 1
  fails 1 "the kernel's driver 'vbd' has it" tool blk info xvda || return 1
  sh -c "$(sed -n 's/.*take it away first: //p' $FOLDER/error)" && rmmod xen-blkfront && tool blk info xvda
}
check tool-blk-held blk_held

ip addr add 10.77.0.1/24 dev xenbr0
vif=$(xslab vif-add vif 6 00:16:3e:00:00:06 1500)

ping() {
  vif_up 6 1500 && tool net ping 6 10.77.0.1 --own 10.77.0.6 --count 5 --size 1000 --pcap $FOLDER/pcap || { counters vif0.6; return 1; }
}
check tool-net-ping ping
base64 $FOLDER/pcap | sed 's/^/PCAP /'
check tool-net-silent fails 1 'nobody answered ARP for 10.77.0.99' tool net ping 6 10.77.0.99 --own 10.77.0.6

is_connected() {
  [ "$(xenstore-read "$1/state")" = 4 ]
}
interrupted() {
  # Not the function: its shell would get the signal.
  xenstack --host linux net listen 6 --count 100000 --seconds 60 >$FOLDER/listen 2>&1 &
  wait_until 10 is_connected "$vif" && kill -TERM $!
  wait $!
  [ $? = 130 ] && cat $FOLDER/listen && [ "$(xenstore-read "$vif/state")" = 6 ]
}
check tool-net-interrupted interrupted

removed() {
  xslab device-remove "$vif" && xslab device-remove "$disk" && losetup -d "$device"
}
check tool-removed removed
ip addr flush dev xenbr0
rm -rf $FOLDER
check tool-released released tool
