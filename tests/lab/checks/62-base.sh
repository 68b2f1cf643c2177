# LAB base-checks: every check of the base library holds in a guest of 64 MiB, those that only Xen can show as well
# LAB base-cooperative: so do those of threads that wait, in a guest that takes the processor from nobody
# LAB base-lateness: nobody who sleeps is late, and the processor sleeps meanwhile
# LAB base-version-0: with a start info of version 0, as of QubesOS, the guest has its memory map from Xen
# LAB base-released: nothing of the guests is left

FOLDER=/tmp/base
mkdir -p $FOLDER
held_before base

# base_live NAME SECONDS EXTRA [IMAGE]: a guest of the tests, until it is gone.
base_live() {
  printf '%s\n' "name=\"$1\"" 'type="pvh"' "kernel=\"${4:-/lab/unikernel/UnikernelGuest}\"" 'memory=64' 'vcpus=1' "extra=\"$3\"" 'on_crash="destroy"' >"$FOLDER/$1.cfg"
  rm -f "$(guest_log "$1")"
  xl create -q "$FOLDER/$1.cfg" && guest_ends "$1" "$2"
}

# base_run NAME SECONDS EXTRA: the same, and what it counted.
base_run() {
  base_live "$@" || return 1
  guest_console "$1" | grep -v '^CHECK .* ok '
  guest_console "$1" | grep '^CHECKS [1-9][0-9]* passed, 0 failed$'
}

check base-checks base_run checks 90 checks
check base-cooperative base_run cooperative 60 '--cooperative checks exception-deep memory-churn threads-32 threads-monitor async-pipe time-delay time-timers time-interrupts'

# The processor's account is the guest's last line but one.
lateness() {
  base_run lateness 40 'lateness 10' && guest_console lateness | sed -n 's/^LATENESS .*; running \([0-9]*\),.* blocked \([0-9]*\),.*/\1 \2/p' >$FOLDER/account || return 1
  read -r running blocked <$FOLDER/account
  echo "running $running ms, blocked $blocked ms"
  [ "$blocked" -gt $((running * 2)) ]
}
check base-lateness lateness

# The words of the command line are in the start info, too.
version_0() {
  xslab version-0 /lab/unikernel/UnikernelGuest $FOLDER/old && base_live old 30 'boot again' $FOLDER/old || return 1
  guest_console old
  guest_console old | grep -x "command line 'boot again'" && guest_console old | grep -x 'memory map of Xen with [1-9] ranges of RAM'
}
check base-version-0 version_0

check base-released released base
rm -rf $FOLDER
