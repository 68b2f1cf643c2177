# LAB events-loopback: 1,000 round trips over event channels of /dev/xen/evtchn, both ends in dom0
# LAB events-late-eoi: notifications while a port is not completed are one event afterwards
# LAB events-back-off: a peer whose events bring no work is heard ever more seldom
# LAB events-close: closing ends the waiter, and an event to a closed port is dropped
# LAB events-refused: binding to a port or domain that is not there is an error that says so
# LAB grants-share: pages of gntalloc, mapped through gntdev, are the same pages
# LAB grants-read-only: a read-only grant is not mapped for writing
# LAB grants-copy: hundreds of copies in a batch, both ways, across pages
# LAB grants-copy-refused: one bad copy spoils only itself
# LAB grants-unmap-notify: unmapping clears the byte and sends the event that were asked for
# LAB grants-deferred: a page that was revoked while mapped is not used again until it is unmapped
# LAB grants-refused: a bad reference and too many pages are errors that say so
# LAB linux-held: while a program has grants and event channels, Xen shows them
# LAB linux-released: nothing of it is left

held_before linux
check linux-held held linux grants ports -- xslab hold-kernel
xslab events
xslab grants
check linux-released released linux
