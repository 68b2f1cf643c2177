# LAB net-probe: ARP, 1,000 pings of 64 to 1,472 bytes and UDP echoes of up to 60,000 bytes, all answered
# LAB net-checksums: every frame that the front end sent has right checksums on the bridge
# LAB net-plain: the same interface again without scatter/gather and with one event channel: ARP, 1,000 pings, UDP echoes of up to 1,472 bytes
# LAB net-removed: the toolstack removes the interface, and its back end closes
# LAB net-held: while a program uses an interface, Xen and xenstore show what it holds
# LAB net-released: nothing of it is left

held_before net
echo 16777216 >/proc/sys/net/core/rmem_max
ip addr add 10.77.0.1/24 dev xenbr0
front=$(xslab vif-add 5 00:16:3e:00:00:05 65000)
xslab echo 10.77.0.1 7 &
echo_server=$!
(check net-checksums xslab capture xenbr0 10.77.0.2 1000 140) &
capture=$!

# probe VERB MTU LARGEST: with the counters of both sides, for a miss.
probe() {
  local status=0
  xslab "$1" "$front" 10.77.0.2 10.77.0.1 "$3" ". /lab/lab.sh; vif_up 5 $2; held_now >/tmp/net.during" || status=$?
  [ "$status" = 0 ] || { counters vif0.5; counters xenbr0; grep -E '^(Icmp|Udp):' /proc/net/snmp; }
  return $status
}
check net-probe probe net 65000 60000
check net-held held_more net /tmp/net.during
wait $capture
check net-plain probe net-plain 1500 1472
kill $echo_server
check net-removed xslab device-remove "$front"
ip addr flush dev xenbr0
check net-released released net
