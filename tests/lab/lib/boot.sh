# One boot: images and added files into QEMU, dom0's second serial line back to the caller.

BOOT_SECONDS=90 # until dom0 says that it is ready; 15 to 20 on an idle machine
END_SECONDS=20 # between the end of dom0's script by dom0 itself (xenlab.seconds on its kernel's command line) and that by the limit
RETRIES=2 # of a boot that never comes to the script; a script that began runs once

boot() {
  parse_boot "$@"
  require_tools
  fetch_all
  RUN=$(mktemp -d "$CACHE/run.XXXXXX")
  trap 'rm -rf "$RUN"' EXIT
  make_added
  local try=0 status=0
  while true; do
    status=0
    run_once || status=$?
    [ "$state" = dead ] && [ "$try" -lt "$RETRIES" ] && [ "$SECONDS" -lt "$limit" ] || break
    try=$((try + 1))
    echo "xenlab: retry $try: $reason"
  done
  finish "$status"
}

parse_boot() {
  [ $# -gt 0 ] || die "boot needs a SCRIPT"
  script=$1 limit=300 console='' guest='' cpus=1 adds=() guest_adds=()
  shift
  while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || die "$1 needs a value"
    case $1 in
      --add) adds+=("$2") ;;
      --guest) guest=$2 ;;
      --guest-add) guest_adds+=("$2") ;;
      --limit) limit=$2 ;;
      --console) console=$2 ;;
      --cpus) cpus=$2 ;;
      *) die "no such option: $1" ;;
    esac
    shift 2
  done
  [ -f "$script" ] || die "no such script: $script"
  [ -z "$guest" ] || [ -f "$guest" ] || die "no such script: $guest"
  [[ $limit =~ ^[1-9][0-9]*$ ]] || die "--limit wants whole seconds, not '$limit'"
  [[ $cpus =~ ^[12]$ ]] || die "--cpus wants 1 or 2, not '$cpus'"
  SECONDS=0
}

missing() {
  local tool lacks=0
  for tool in qemu-system-x86_64:qemu-system-x86 cpio:cpio depmod:kmod gzip:gzip flock:util-linux timeout:coreutils; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${tool%%:*}" >/dev/null && continue
    echo "${tool#*:}"
    lacks=1
  done
  if [ ! -d "$ROOT" ] && ! command -v apt-get >/dev/null; then
    echo "apt (the lab takes Xen from Debian's archive)"
    lacks=1
  fi
  return "$lacks"
}

require_tools() {
  local lacks
  PATH=$PATH:/usr/sbin:/sbin
  lacks=$(missing) || die "not installed: ${lacks//$'\n'/, }"
}

# The archive with the caller's files, and the whole initramfs.
make_added() {
  local stage=$RUN/stage
  mkdir -p "$stage/lab"
  install -m 755 "$script" "$stage/lab/script"
  add_files "$stage" "${adds[@]}"
  [ -z "$guest" ] || make_guest_added "$stage"
  {
    cat "$CACHE/dom0.cpio.gz"
    [ -z "$guest" ] || cat "$CACHE/dom0-guest.cpio"
    pack "$stage"
  } >"$RUN/initramfs"
  rm -rf "$stage"
}

make_guest_added() {
  local stage=$RUN/guest
  mkdir -p "$stage/lab" "$1/lab/guest"
  install -m 755 "$guest" "$stage/lab/script"
  add_files "$stage" "${guest_adds[@]}"
  pack "$stage" >"$1/lab/guest/added.cpio"
}

add_files() {
  local stage=$1 add
  for add in "${@:2}"; do
    local from=${add%:*} to=${add##*:}
    [ -e "$from" ] || die "--add $add: $from does not exist"
    [[ $to == /* ]] || die "--add $add: the place in the guest must be absolute"
    mkdir -p "$stage$(dirname "$to")"
    cp -rLT "$from" "$stage$to"
  done
}

# Without XSAVE and what needs it: QEMU 7.2 does not trap XSAVE and XRSTOR while CR0.TS is set, as SSE and FXSAVE do. Xen leaves a domain's vector
# registers in the processor until another one uses them and relies on that trap, so with XSAVE programs lost registers at random.
start_qemu() {
  local threads=single pin=''
  [ "$cpus" = 1 ] || threads=multi pin=' dom0_vcpus_pin'
  timeout -k 5 $((limit - SECONDS + 1)) qemu-system-x86_64 \
    -machine q35 -accel "tcg,thread=$threads" -cpu max,-smap,-smep,-pku,-la57,-rdtscp,-xsave,-avx,-avx2,-fma,-f16c -smp "$cpus" -m 3072 \
    -display none -monitor none -no-reboot -nic none \
    -serial "file:$RUN/console" -serial stdio \
    -kernel "$CACHE/xen" \
    -append "console=com1 com1=115200,8n1 dom0_mem=1536M,max:1536M dom0_max_vcpus=1$pin loglvl=info guest_loglvl=all bootscrub=0" \
    -initrd "$CACHE/dom0.vmlinuz console=hvc0 quiet xenlab.seconds=$((limit - SECONDS - END_SECONDS)),$RUN/initramfs" < <(nudges) 2>&1
}

# A byte each second to the second serial line, which dom0 throws away: what counts is its interrupt. QEMU 7.2 clears bits of the pending interrupts at
# each VMRUN and exit without the lock under which others are set, and so loses one now and then. When that is the one of Xen's timer, the guest
# that runs goes on alone for ever, until another interrupt makes QEMU look at its APIC again. Not before dom0 is ready, which would echo them until
# it has set up the line.
nudges() {
  while sleep 1 && [ -d "$RUN" ]; do
    [ ! -e "$RUN/ready" ] || printf '\0' || break
  done 2>/dev/null
}

# Runs QEMU to its end and returns the script's status. Sets state: dead (dom0 was never ready), ran (the script began), done.
run_once() {
  local line status=125 ready_by=$((SECONDS + BOOT_SECONDS)) lines qemu
  state=dead reason='QEMU ended before dom0 was ready'
  : >"$RUN/console"
  exec {lines}< <(start_qemu)
  qemu=$!
  while read_line; do
    case $line in
      'XENLAB ready') state=ran reason='QEMU ended while the script ran' && : >"$RUN/ready" ;;
      'XENLAB unready '*) reason="dom0 is not usable: ${line#XENLAB unready }" ;;
      'XENLAB exit '*) state='done' status=${line##* } && break ;;
      *) printf '%s\n' "$line" ;;
    esac
  done
  kill "$qemu" 2>/dev/null || true
  wait "$qemu" 2>/dev/null || true
  exec {lines}<&-
  return "$status"
}

# The next line of dom0, unless time runs out first: that of the boot while dom0 is not ready, else that of the caller.
read_line() {
  local seconds=$((limit - SECONDS)) got=0
  [ "$state" != dead ] || [ $((ready_by - SECONDS)) -ge "$seconds" ] || seconds=$((ready_by - SECONDS))
  [ "$seconds" -gt 0 ] && IFS= read -r -t "$seconds" -u "$lines" line || got=$?
  line=${line%$'\r'}
  [ "$got" != 0 ] || return 0
  [ "$got" = 1 ] && [ "$seconds" -gt 0 ] || late
  return 1
}

late() {
  reason="dom0 was not ready after $BOOT_SECONDS s"
  [ "$SECONDS" -lt "$limit" ] || reason="out of time after $limit s"
}

finish() {
  local status=$1
  [ -z "$console" ] || cp "$RUN/console" "$console"
  [ "$state" != done ] || exit "$status"
  echo "xenlab: $reason; the last console lines:" >&2
  tail -n 40 "$RUN/console" | tr -d '\r' >&2
  [ "$SECONDS" -lt "$limit" ] || exit 124
  exit 125
}
