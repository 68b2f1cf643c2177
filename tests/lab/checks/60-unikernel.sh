# LAB unikernel-hello: the smallest image, in a guest of 16 MiB, says its line and is gone by itself
# LAB unikernel-package: so does a project outside of the repository, which has the package, with the configuration that its publish gave, as written
# LAB unikernel-package-options: a command line of quotation marks and backslashes arrives as the project has it
# LAB unikernel-package-glibc: the project says its line linked with glibc, too
# LAB unikernel-exit: a guest that leaves with a code powers off; of its command line a toolstack's words for Linux are passed over, and named
# LAB unikernel-reboot-exit: a guest that wants to be started anew says so to Xen
# LAB unikernel-crash: an unhandled exception arrives whole on the console, and on_crash acts
# LAB unikernel-usage: a word that the program does not know is an error that says what it takes
# LAB unikernel-option: so is an option that the stack does not know
# LAB unikernel-help: --help lists the options of the stack and of the program
# LAB unikernel-report: the guest reads its xenstore, and serves the disk and the interface that it was given
# LAB unikernel-ping: 1,000 sequential pings are answered
# LAB unikernel-udp: UDP datagrams of every size up to that of a frame of 1,500 bytes come back
# LAB unikernel-udp-large: so do larger ones, up to the largest frame, through several pages
# LAB unikernel-disk: 64 MiB of seeded data written, flushed, read back and verified
# LAB unikernel-disk-file: the backing file holds them
# LAB unikernel-block-attach: a disk that is attached is noticed and served
# LAB unikernel-block-detach: when it is detached, that is noticed, and it is let go
# LAB unikernel-network-attach: an interface that is attached is noticed and served
# LAB unikernel-network-detach: when it is detached, that is noticed, and it is let go
# LAB unikernel-pause: after a pause the guest goes on, with both of its clocks right
# LAB unikernel-idle: a guest that nobody asks anything uses no processor
# LAB unikernel-held: while the guest runs, Xen and xenstore show what it holds
# LAB unikernel-reboot: xl reboot is answered: the guest ends in good order, and a new one serves
# LAB unikernel-shutdown: xl shutdown is answered: the guest closes its devices and is gone
# LAB unikernel-template: the published template of a configuration, filled out, makes a guest with a disk and an interface
# LAB unikernel-two-level: with event channels of two levels it serves as well, and shuts down
# LAB unikernel-grub: GRUB as the guest's kernel reads the image from the guest's disk and boots it, with the words of its menu
# LAB unikernel-grub-disk: the disk that GRUB has used is served
# LAB unikernel-grub-shutdown: that guest answers xl shutdown, too
# LAB unikernel-released: nothing of the guests is left

FOLDER=/tmp/unikernel
IMAGES=/lab/unikernel
PUBLISHED=/lab/published
OWN=10.78.0.1
GUEST=10.78.0.2
SECOND=10.78.0.3
mkdir -p $FOLDER
held_before unikernel

# uni_start NAME IMAGE MIB EXTRA [LINE]...: creates a guest with a configuration of these lines.
uni_start() {
  local name=$1 image=$2 mebibytes=$3 extra=$4
  shift 4
  printf '%s\n' "name=\"$name\"" 'type="pvh"' "kernel=\"$IMAGES/$image\"" "memory=$mebibytes" 'vcpus=1' "extra=\"$extra\"" "$@" >"$FOLDER/$name.cfg"
  rm -f "$(guest_log "$name")"
  xl create -q "$FOLDER/$name.cfg"
}

# reason NAME: Xen's number of why the guest ended (0 poweroff, 1 reboot, 3 crash), or '-' while it runs.
reason() {
  output_of $FOLDER/list $XL list -v && awk -v name="$1" '$1 == name { print $8 }' $FOLDER/list
}

has_reason() {
  [ "$(reason "$1")" = "$2" ]
}

# says_and_ends TEXT
says_and_ends() {
  guest_says hello 20 "$1" && guest_ends hello 10
  local status=$?
  guest_console hello
  return $status
}

hello() {
  uni_start hello 04-HelloUnikernel 16 '' && says_and_ends 'Hello from hello, dom'
}
check unikernel-hello hello

# published_start NAME FOLDER CONFIGURATION: creates a guest as a user does, in the folder that was published.
published_start() {
  rm -f "$(guest_log "$1")"
  (cd "$PUBLISHED/$2" && xl create -q "$3")
}

# package FOLDER TEXT
package() {
  published_start hello "$1" hello.cfg && says_and_ends "$2"
}
check unikernel-package package Outside 'Hello from hello, dom'
# shellcheck disable=SC2016
check unikernel-package-options package Outside-options "'--a, b; c's 100%25 "'$(X) \'"' is no option."
check unikernel-package-glibc package Outside-glibc 'Hello from hello, dom'

# The words behind -- are the program's.
# ended NAME EXTRA EVENT REASON TEXT...: a guest that leaves by itself and is kept for that event alone; its console has each TEXT.
ended() {
  local name=$1 extra=$2 event=$3 expected=$4 status=0 other actions='' text
  shift 4
  for other in poweroff reboot crash; do
    [ $other = "$event" ] || actions="$actions on_$other=\"destroy\""
  done
  # shellcheck disable=SC2086
  uni_start "$name" 03-Unikernel 32 "$extra" "on_$event=\"preserve\"" $actions || return 1
  wait_until 20 has_reason "$name" "$expected" || { echo "reason '$(reason "$name")', expected $expected"; status=1; }
  guest_console "$name"
  for text; do
    grep -qF -- "$text" "$(guest_log "$name")" || { echo "nothing on the console with '$text'"; status=1; }
  done
  xl destroy "$name"
  return $status
}
check unikernel-exit ended leaving 'root=/dev/xvda ro console=hvc0 --log=*:debug -- --exit 3' poweroff 0 "'leaving' on the unikernel host" \
  "Passed over on the command line, as a toolstack's for Linux: root=/dev/xvda ro console=hvc0."
check unikernel-reboot-exit ended rebooting '-- --reboot' reboot 1 "'rebooting' on the unikernel host"
check unikernel-crash ended crashing '-- --crash' crash 3 '   at Unikernel.'
check unikernel-usage ended wondering '-- --bogus' poweroff 0 "'--bogus' is not known"
check unikernel-option ended choosing '--bogus' poweroff 0 "'--bogus' is no option. Known are --gc-heap-hard-limit, "
check unikernel-help ended helping '--help' poweroff 0 '--gc-heap-hard-limit=SIZE' '--ip ADDRESS'

# The guest that stays.
truncate -s 64M $FOLDER/xvda
truncate -s 8M $FOLDER/xvdb
first=$(loop_add $FOLDER/xvda 512)
second=$(loop_add $FOLDER/xvdb 512)
ip addr add $OWN/24 dev xenbr0

home() {
  echo "/local/domain/$(xl domid uni)"
}

# is_noted KEY: whether the guest says in its xenstore that it serves it.
is_noted() {
  xenstore-exists "$(home)/data/$1"
}

is_not_noted() {
  ! is_noted "$1"
}

serves() {
  wait_until 30 is_noted vbd/xvda && wait_until 10 is_noted vif/0
}

report() {
  uni_start uni 03-Unikernel 32 '' "disk=['phy:$first,xvda,w']" "vif=['mac=00:16:3e:00:78:02,bridge=xenbr0,ip=$GUEST']" 'on_crash="preserve"' &&
    serves && guest_says uni 5 "'uni' on the unikernel host" && guest_says uni 5 'events   FIFO queues' && guest_says uni 5 'is xvda: 64 MiB' && guest_says uni 5 "answers for $GUEST: 00:16:3e:00:78:02"
  local status=$?
  guest_console uni
  return $status
}
check unikernel-report report

pings() {
  ping -A -q -c 1000 -w 60 "$1" >$FOLDER/pings
  cat $FOLDER/pings
  grep '^1000 packets transmitted, 1000 packets received' $FOLDER/pings
}
check unikernel-ping pings $GUEST
check unikernel-udp xslab ask-echo $GUEST 0 1472 1

# Headers of 42 bytes, and a frame has 65,535 at most; an interface of the kernel 65,521 with its header.
udp_large() {
  local vif
  vif=vif$(xl domid uni).0
  ip link set "$vif" mtu 65507 && ip link set xenbr0 mtu 65507 && xslab ask-echo $GUEST 1473 65479 61 || { counters "$vif"; return 1; }
}
check unikernel-udp-large udp_large

ask() {
  guest_ask uni 100 "$1"
}

disk() {
  ask "write xvda $1 64" && ask "verify xvda $1 64"
}
check unikernel-disk disk 60

disk_file() {
  xslab pattern $FOLDER/xvda 60 64 | tee $FOLDER/file || return 1
  # Both have summed up what they read.
  xenstore-read "$(home)/data/answer" | grep "$(sed 's/.*CRC-32C/CRC-32C/' $FOLDER/file)"
}
check unikernel-disk-file disk_file

block_attach() {
  xl block-attach uni "phy:$second,xvdb,w" && wait_until 20 is_noted vbd/xvdb && ask 'write xvdb 61 8' && ask 'verify xvdb 61 8' &&
    xslab pattern $FOLDER/xvdb 61 8 && guest_says uni 5 'vbd 51728 came.'
}
block_detach() {
  xl block-detach uni xvdb && wait_until 20 is_not_noted vbd/xvdb && guest_says uni 10 'vbd 51728 left.' && ! xenstore-exists "$(home)/device/vbd/51728" || return 1
  ! ask 'write xvdb 61 8' && grep 'there is no disk xvdb; there are: xvda$' /tmp/uni.answer
}
check unikernel-block-attach block_attach
check unikernel-block-detach block_detach

answers() {
  ping -q -c 3 -w 20 "$1" | grep '^3 packets transmitted, 3 packets received' | sed "s/^/$1: /" | grep .
}

network_attach() {
  xl network-attach uni mac=00:16:3e:00:78:03 bridge=xenbr0 ip=$SECOND && wait_until 20 is_noted vif/1 && guest_says uni 5 'vif 1 came.' &&
    answers $SECOND && answers $GUEST
}
network_detach() {
  xl network-detach uni 1 && wait_until 20 is_not_noted vif/1 && guest_says uni 10 'vif 1 left.' && answers $GUEST
}
check unikernel-network-attach network_attach
check unikernel-network-detach network_detach

# The guest's clocks and dom0's uptime, in milliseconds.
clocks() {
  ask time | sed -E 's/ok ([0-9]+) ms, up ([0-9]+) ms/\1 \2/' | tr '\n' ' '
  sed -E 's/^([0-9]+)\.([0-9]+) .*/\1\20/' /proc/uptime
}

# near A B MILLISECONDS
near() {
  [ $(($1 - $2)) -lt "$3" ] && [ $(($2 - $1)) -lt "$3" ]
}

pause() {
  local before after
  before=$(clocks)
  xl pause uni && sleep 4 && xl unpause uni || return 1
  after=$(clocks)
  # shellcheck disable=SC2086
  set -- $before $after "$(date +%s)000"
  echo "wall clock $(($4 - $1)) ms, up $(($5 - $2)) ms, dom0 $(($6 - $3)) ms; wall clock against dom0's $(($4 - $7)) ms"
  answers $GUEST >/dev/null && [ $(($6 - $3)) -gt 4000 ] && near $(($4 - $1)) $(($6 - $3)) 1000 && near $(($5 - $2)) $(($6 - $3)) 1000 && near "$4" "$7" 3000
}
check unikernel-pause pause

# Tenths of a second that the guest has used.
used() {
  output_of $FOLDER/list $XL list && awk '$1 == "uni" { print $6 * 10 }' $FOLDER/list
}

idle() {
  local before after
  before=$(used)
  sleep 5
  after=$(used)
  echo "$((after - before)) tenths of a second in 5 seconds"
  [ $((after - before)) -le 3 ]
}
check unikernel-idle idle

held_now $FOLDER/during
check unikernel-held held_more unikernel $FOLDER/during grants ports nodes watches

is_anew() {
  local id
  id=$(xl domid uni 2>/dev/null) && [ "$id" != "$1" ]
}

# A log of the guest's consoles goes on.
reboot_asked() {
  local id
  id=$(xl domid uni) && xl reboot uni && wait_until 30 is_anew "$id" && serves && answers $GUEST && guest_says uni 5 'vif 0 left.'
}
check unikernel-reboot reboot_asked

shutdown_asked() {
  xl shutdown uni && wait_until 30 guest_is_gone uni
  local status=$?
  guest_console uni | tail -n 20
  return $status
}
check unikernel-shutdown shutdown_asked
xl destroy uni 2>/dev/null

template() {
  sed -e 's|@NAME@|uni|g' -e 's|@KERNEL@|unikernel.xen|g' -e 's|@MEMORY@|32|g' -e 's|@VCPUS@|1|g' -e "s|@EXTRA@|--two-level-events -- --ip $SECOND|g" \
    -e "s|@DISK@|$first|g" -e 's|@BRIDGE@|xenbr0|g' $PUBLISHED/03-Unikernel/unikernel.cfg.in >$PUBLISHED/03-Unikernel/filled.cfg
  published_start uni 03-Unikernel filled.cfg && serves && guest_says uni 5 'is xvda: 64 MiB' && answers $SECOND
  local status=$?
  guest_console uni
  return $status
}
check unikernel-template template

two_level() {
  guest_says uni 5 'events   two levels' && ask 'write xvda 61 8' && ask 'verify xvda 61 8' && shutdown_asked
}
check unikernel-two-level two_level
xl destroy uni 2>/dev/null

# Debian's pvgrub2: it looks for boot/grub/grub.cfg on the guest's disks, of which an archive is one.
grub() {
  mkdir -p $FOLDER/disk/boot/grub
  cp $IMAGES/03-Unikernel $FOLDER/disk/
  printf '%s\n' "multiboot2 /03-Unikernel -- --ip $SECOND" boot >$FOLDER/disk/boot/grub/grub.cfg
  tar -cf - -C $FOLDER/disk boot 03-Unikernel | dd of=$FOLDER/xvda conv=notrunc bs=1M 2>/dev/null
  uni_start uni ../grub-i386-xen_pvh.bin 64 '' "disk=['phy:$first,xvda,w']" 'vif=["mac=00:16:3e:00:78:03,bridge=xenbr0"]' 'on_crash="preserve"' &&
    serves && guest_says uni 5 'Welcome to GRUB!' && guest_says uni 5 'is xvda: 64 MiB' && answers $SECOND
  local status=$?
  guest_console uni
  return $status
}
grub_disk() {
  ask 'write xvda 62 8' && ask 'verify xvda 62 8'
}
check unikernel-grub grub
check unikernel-grub-disk grub_disk
check unikernel-grub-shutdown shutdown_asked
xl destroy uni 2>/dev/null

ip addr flush dev xenbr0
losetup -d "$first"
losetup -d "$second"
check unikernel-released released unikernel
rm -rf $FOLDER
