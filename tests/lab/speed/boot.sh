#!/bin/sh
# dom0: how long until a guest's first line, the unikernel and a Linux PVH guest by turns; xl create apart. docs/unikernel-speed.md.
. /lab/lab.sh
ROUNDS=${ROUNDS:-5}

# The smallest Linux there is to compare with: busybox and a script of one line.
mkdir -p /tmp/mini/bin /tmp/mini/dev
cp /bin/busybox /tmp/mini/bin/busybox
printf '%s\n' '#!/bin/busybox sh' "echo 'Hello from Linux'" '/bin/busybox sleep 100' >/tmp/mini/init
chmod 755 /tmp/mini/init
(cd /tmp/mini && find . | cpio -o -H newc -R 0:0 2>/dev/null) >/tmp/mini.cpio

printf '%s\n' 'name="unikernel"' 'type="pvh"' 'kernel="/img/hello"' 'memory=16' 'vcpus=1' 'tsc_mode="native"' 'on_poweroff="preserve"' \
  "$GUEST_CPUS" >/tmp/unikernel.cfg
printf '%s\n' 'name="linux"' 'type="pvh"' 'kernel="/lab/guest/vmlinuz"' 'ramdisk="/tmp/mini.cpio"' 'extra="console=hvc0 quiet"' 'memory=128' \
  'vcpus=1' 'tsc_mode="native"' "$GUEST_CPUS" >/tmp/linux.cfg

# one NAME [COMMAND]...: a guest from its creation to its line. Prints what creating took and what the rest took, in milliseconds.
one() {
  local name=$1 create start
  shift
  rm -f "$(guest_log "$name")"
  start=$(cut -d ' ' -f 1 /proc/uptime)
  xl create -q -p "/tmp/$name.cfg"
  create=$(echo "$start $(cut -d ' ' -f 1 /proc/uptime)" | awk '{ printf "%d", ($2 - $1) * 1000 }')
  wait_until 10 test -e "$(guest_log "$name")"
  start=$(timeout 60 speed boot "$(xl domid "$name")" "$(guest_log "$name")" 'Hello from' "$@" | awk '{ printf "%.1f", $1 / 1000 }')
  echo "$create $start"
  sleep 1
  xl destroy "$name"
}

# row FILE COLUMN: the median and the spread of a column.
row() {
  sort -n -k "$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { printf "%.0f (%.0f to %.0f)", v[int((NR + 1) / 2)], v[1], v[NR] }'
}

median() {
  sort -n -k "$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
}

line() {
  awk -v what="$1" -v a="$(row "$2" "$4")" -v b="$(row "$3" "$4")" -v x="$(median "$2" "$4")" -v y="$(median "$3" "$4")" \
    'BEGIN { printf "TABLE | %s | %s | %s | 1/%.1f |\n", what, a, b, y / x }'
}

rm -f /tmp/*.times
for round in $(seq 0 "$ROUNDS"); do
  for name in unikernel linux; do
    for how in command hypercall; do
      if [ $how = command ]; then
        times=$(one $name xl unpause $name)
      else
        times=$(one $name)
      fi
      echo "SPEED $round $name $how: create, line in ms: $times"
      # The first of each warms the caches up.
      [ "$round" = 0 ] || echo "$times" >>/tmp/$name.$how.times
    done
  done
done
echo 'TABLE | milliseconds, median of '"$ROUNDS"' (spread) | unikernel | Linux | ratio |'
echo 'TABLE |---|---|---|---|'
line 'from the start of `xl unpause` to the line' /tmp/unikernel.command.times /tmp/linux.command.times 2
line 'from the hypercall that unpauses to the line' /tmp/unikernel.hypercall.times /tmp/linux.hypercall.times 2
line '`xl create -p`' /tmp/unikernel.command.times /tmp/linux.command.times 1
