# LAB store-guest-home: an unprivileged guest's paths are relative to its home, and watches too
# LAB store-guest-denied: another domain's nodes are refused
# LAB store-guest-privileged: another owner for a node, and what only the toolstack may do, are refused
# LAB store-guest-node-size: a node that is too large is refused
# LAB store-guest-watches: too many watches are refused
# LAB store-guest-transactions: too many transactions are refused
# LAB store-guest-nodes: too many nodes are refused
# LAB store-guest-ended: the guest's program ended well, and the guest too
# LAB store-guest-held: while the guest runs, Xen and xenstore show what it holds
# LAB store-guest-released: nothing of the guest is left

held_before guest
guest_run store-guest 90 >/tmp/guest.log
guest_status=$?
grep '^LAB ' /tmp/guest.log
ended() {
  grep -vE '^LAB |^\[' /tmp/guest.log
  return $guest_status
}
check store-guest-ended ended
check store-guest-held held_more guest /tmp/store-guest.during ports nodes watches
check store-guest-released released guest
