#!/bin/sh
# The Linux PVH guest of the comparison: its kernel's own drivers, and the same generator as a process.
modprobe xen-netfront
modprobe xen-blkfront
for second in 0 1 2 3 4 5 6 7 8 9; do
  [ -b /dev/xvda ] && [ -e /sys/class/net/eth0 ] && break
  sleep 1
done
ip link set lo up
ip addr add 10.78.0.3/24 dev eth0
ip link set eth0 up
speed agent 10.78.0.3 /dev/xvda
