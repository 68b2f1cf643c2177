#!/bin/sh
# dom0: COUNT guests, one after another, that run checks: those of the base library (WORDS is "checks"), the stack's own, or lateness. Only what a guest says on its
# console counts; a tool that the emulation broke is called again by lab.sh, and that is printed.
. /lab/lab.sh
printf '%s\n' 'name="soak"' 'type="pvh"' 'kernel="/img/soak"' "memory=$MEBIBYTES" 'vcpus=1' "extra=\"$WORDS\"" 'on_crash="destroy"' >/tmp/soak.cfg

is_over() {
  guest_is_gone soak || grep -q '^CHECKS ' "$(guest_log soak)" 2>/dev/null
}

failed=0
for boot in $(seq 1 "$COUNT"); do
  rm -f "$(guest_log soak)"
  started=$(now)
  xl create -q /tmp/soak.cfg
  wait_until "$SECONDS_OF_BOOT" is_over
  wait_until 10 guest_is_gone soak || xl destroy soak
  said=$(guest_console soak | grep '^CHECKS ' || echo 'no result')
  echo "SOAK boot $boot: $said, after $(($(now) - started)) s"
  guest_console soak | sed -n 's/^LATENESS/SOAK/p'
  case $said in
    *' 0 failed') ;;
    *)
      failed=$((failed + 1))
      guest_console soak | grep -v ' ok ' | sed "s/^/boot $boot| /"
      ;;
  esac
done
echo "SOAK $COUNT boots, $failed failed"
[ "$failed" = 0 ]
