# LAB block-512: 64 MiB written, flushed and read back on a disk of 512-byte sectors, over a ring of 16 pages
# LAB block-512-file: the backing file holds them
# LAB block-reconnect: the same disk again, over a ring of one page and with 11 segments
# LAB block-reconnect-file: the backing file holds what was written then
# LAB block-4096: 64 MiB written, flushed and read back on a disk of 4,096-byte sectors
# LAB block-4096-file: the backing file holds them
# LAB block-read-only: a read-only disk is read, and refuses a write with a result
# LAB block-removed: the toolstack removes each disk, and its back end closes
# LAB block-held: while a program uses a disk, Xen and xenstore show what it holds
# LAB block-killed: a program that is killed in the middle leaves a disk that the toolstack removes
# LAB block-released: nothing of it is left

FOLDER=/tmp/block
mkdir -p $FOLDER
held_before block

# disk NAME NUMBER SECTOR_BYTES r|w [losetup option]: sets device, front and file.
disk() {
  file=$FOLDER/$1
  [ -e "$file" ] || truncate -s 64M "$file"
  device=$(loop_add "$file" "$3" $5) && front=$(vbd_add "$2" "$device" "$4")
}

undisk() {
  xslab device-remove "$front" && losetup -d "$device"
}

disk disk512 51712 512 w
check block-512 xslab blk "$front" 1 64 4 256
check block-512-file xslab pattern "$file" 1 64
check block-reconnect xslab blk "$front" 2 8 0 11
check block-reconnect-file xslab pattern "$file" 2 8
undisk >$FOLDER/removed 2>&1 || touch $FOLDER/failed

disk disk4096 51728 4096 w
check block-4096 xslab blk "$front" 3 64 4 256
check block-4096-file xslab pattern "$file" 3 64
undisk >>$FOLDER/removed 2>&1 || touch $FOLDER/failed

disk disk4096 51744 512 r --read-only
check block-read-only xslab blk-read-only "$front" 3 8
undisk >>$FOLDER/removed 2>&1 || touch $FOLDER/failed

removed() {
  cat $FOLDER/removed
  [ ! -e $FOLDER/failed ]
}
check block-removed removed

is_connected() {
  [ "$(xenstore-read "$front/state")" = 4 ]
}
disk killed 51760 512 w
xslab blk "$front" 4 64 >$FOLDER/killed.log 2>&1 &
program=$!
wait_until 10 is_connected
held_now $FOLDER/during
kill -9 $program
wait $program
check block-held held_more block $FOLDER/during grants ports nodes watches
killed() {
  cat $FOLDER/killed.log
  xslab device-destroy "$front" && losetup -d "$device"
}
check block-killed killed
check block-released released block
rm -rf $FOLDER
