# LAB store-values: values of 0 to 3,072 arbitrary bytes are written, read and removed
# LAB store-list: 600 children are listed, which do not fit into one message
# LAB store-errors: a missing node, a missing parent and the root are refused with the daemon's error
# LAB store-permissions: permissions are set and read back
# LAB store-domains: the home of a domain, and which domains are introduced
# LAB store-watch: watches fire for changes below, by any connection, and for removals
# LAB store-transaction: a transaction is seen only when committed, and leaves nothing when dropped
# LAB store-conflict: a transaction whose node was changed meanwhile is done again
# LAB store-outstanding: 200 requests at once each get their own reply
# LAB store-clients: 10 clients count up one node in conflicting transactions, and no step is lost
# LAB store-socket: all of this over xenstored's socket too
# LAB store-held: while a client has nodes and watches, xenstored shows them
# LAB store-released: nothing of it is left

held_before store
check store-held held store nodes watches -- xslab hold-store /xslab-held
xenstore-rm /xslab-held
xslab store
check store-socket xslab store-socket
check store-released released store
