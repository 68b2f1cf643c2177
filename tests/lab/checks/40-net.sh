# LAB net-probe: ARP, 1,000 pings of 64 to 1,472 bytes and UDP echoes of up to 60,000 bytes, all answered
# LAB net-checksums: every frame that the front end sent has right checksums on the bridge
# LAB net-plain: the same interface again without scatter/gather and with one event channel: ARP, 1,000 pings, UDP echoes of up to 1,472 bytes
# LAB net-partial-ipv4: frames whose UDP checksum is left to the kernel reach its socket; without the flag the same bytes are refused
# LAB net-partial-ipv6: the same over IPv6
# LAB net-blank-ipv4: frames whose checksum the kernel's stack left open arrive as partial, with the pseudo header's sum
# LAB net-blank-ipv6: the same over IPv6
# LAB net-checksum-states: between two interfaces each frame keeps its own state, nothing known, partial or validated, over IPv4 and IPv6
# LAB net-removed: the toolstack removes the interfaces, and their back ends close
# LAB net-held: while a program uses an interface, Xen and xenstore show what it holds
# LAB net-released: nothing of it is left

held_before net
echo 16777216 >/proc/sys/net/core/rmem_max
ip addr add 10.77.0.1/24 dev xenbr0
front=$(xslab vif-add xsvif 5 00:16:3e:00:00:05 65000)

# The peer of the UDP echoes, once it listens. A shell that the emulation breaks while it starts it is no peer: at most two more tries.
echo_listens() {
  grep -q '01004D0A:0007' /proc/net/udp || ! kill -0 $echo_server 2>/dev/null
}
echo_start() {
  xslab echo 10.77.0.1 7 &
  echo_server=$!
  wait_until 20 echo_listens && kill -0 $echo_server 2>/dev/null || wait $echo_server
}
retry_crashed echo_start
(check net-checksums xslab capture xenbr0 10.77.0.2 1000 140) &
capture=$!

# probe VERB MTU LARGEST: with the counters of both sides, for a miss.
probe() {
  local status=0
  xslab "$1" "$front" 10.77.0.2 10.77.0.1 "$3" ". /lab/lab.sh; vif_up 5 $2; held_now /tmp/net.during" || status=$?
  [ "$status" = 0 ] || { counters vif0.5; counters xenbr0; grep -E '^(Icmp|Udp):' /proc/net/snmp; }
  return $status
}
check net-probe probe net 65000 60000
check net-held held_more net /tmp/net.during grants ports nodes watches
wait $capture
check net-plain probe net-plain 1500 1472
kill $echo_server

# Both sides of the checksums that are left open, over two interfaces more.
echo 0 >/proc/sys/net/ipv6/conf/xenbr0/accept_dad
ip -6 addr add fd00:77::1/64 dev xenbr0
front7=$(xslab vif-add xsvif 7 00:16:3e:00:00:07 1500)
front8=$(xslab vif-add xsvif 8 00:16:3e:00:00:08 1500)
xslab net-offload "$front7" "$front8" '. /lab/lab.sh; vif_up 7 1500 && vif_up 8 1500 && vif_forwards 7 && vif_forwards 8'

removed() {
  xslab device-remove "$front" && xslab device-remove "$front7" && xslab device-remove "$front8"
}
check net-removed removed
ip addr flush dev xenbr0
check net-released released net
