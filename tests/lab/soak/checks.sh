#!/bin/sh
# dom0: the stack's own checks (tests/Xen.Checks), all of them, once each, inside a guest.
. /lab/lab.sh
printf '%s\n' 'name="soak"' 'type="pvh"' 'kernel="/img/soak"' 'memory=768' 'vcpus=1' 'extra="xen-checks 1 1"' 'on_crash="destroy"' >/tmp/soak.cfg

is_over() {
  guest_is_gone soak || grep -q '^CHECKS ' "$(guest_log soak)" 2>/dev/null
}

xl create -q /tmp/soak.cfg
wait_until $(($(seconds_left) - 30)) is_over
wait_until 10 guest_is_gone soak
guest_console soak | grep -v ' ok ' | sed 's/^/soak| /'
echo "SOAK $(guest_console soak | grep -c '^CHECK .* ok ') checks held, after $(now) s"
guest_console soak | grep -q '^CHECKS .* 0 failed'
