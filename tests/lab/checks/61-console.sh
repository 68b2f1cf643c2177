# LAB console-echo: what is typed in xl console reaches a guest that has taken its console, line by line
# LAB console-flood: 200 KiB, a hundred times what the ring holds, arrive complete and in order
# LAB console-mixed: so does what the program writes to its standard output meanwhile, and no line is cut
# LAB console-layer: a burst that the layer cannot hold is cut, and holds nobody
# LAB console-chatter: a thread that writes on and on, faster than the daemon reads, does not keep the guest from its end
# LAB console-main: a main task that fails is reported whole, behind what was written before
# LAB console-unhandled: so is an exception that nobody catches on the guest's own thread, behind what the ring could not take yet
# LAB console-thread: and on another thread
# LAB console-fail-fast: FailFast from the guest's own thread says why
# LAB console-panic: a panic of the layer arrives with its registers
# LAB console-absent: with a console daemon that has stopped the guest goes on, and ends in bounded time
# LAB console-released: nothing of the guests is left

FOLDER=/tmp/console
mkdir -p $FOLDER
held_before console

# con_start NAME EVENT WORD...: creates a guest of the tests that has taken its console. It is gone after that event alone, poweroff or crash; after
# the other one it is kept, and so not gone when it should be.
con_start() {
  local name=$1 event=$2 other=poweroff
  shift 2
  [ "$event" = crash ] || other=crash
  printf '%s\n' "name=\"$name\"" 'type="pvh"' 'kernel="/lab/unikernel/UnikernelGuest"' 'memory=32' 'vcpus=1' "extra=\"console $*\"" \
    "on_$event=\"destroy\"" "on_$other=\"preserve\"" >"$FOLDER/$name.cfg"
  rm -f "$(guest_log "$name")"
  xl create -q "$FOLDER/$name.cfg"
}

# con_ends EVENT NAME SECONDS WORD...: the same, until it has ended that way.
con_ends() {
  local event=$1 name=$2 seconds=$3
  shift 3
  con_start "$name" "$event" "$@" && guest_ends "$name" "$seconds"
}

con_run() {
  con_ends poweroff "$@"
}

con_crash() {
  con_ends crash "$@"
}

# lines NAME SOURCE: the numbers of its lines, each of which is whole.
lines() {
  guest_console "$1" | sed -n -E "s/^$2 ([0-9]{5}) \.{52}\$/\1/p"
}

numbers() {
  awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) printf "%05d\n", i }'
}

# in_order NAME SOURCE COUNT
in_order() {
  numbers "$3" >$FOLDER/expected
  lines "$1" "$2" >$FOLDER/found
  cmp $FOLDER/expected $FOLDER/found && echo "$(wc -l <$FOLDER/found) whole lines of $2 in order"
}

# What xl console executes; by itself that would not read from a pipe.
XENCONSOLE=/usr/lib/xen-4.17/bin/xenconsole

echoes() {
  con_start echo poweroff echo && guest_says echo 20 "for 'echo'" || return 1
  {
    for word in one two 'three words here' end; do
      echo "$word"
      sleep 1
    done
    wait_until 10 guest_is_gone echo
  } | timeout 30 $XENCONSOLE --interactive "$(xl domid echo)" >$FOLDER/screen
  guest_ends echo 1 || return 1
  guest_console echo
  tr -d '\r' <$FOLDER/screen | grep -x 'echo three words here' && guest_console echo | grep -c '^echo ' | grep -x 3 && guest_console echo | grep -x 'the echo has ended'
}
check console-echo echoes

flood() {
  con_run flood 60 flood 3200 && in_order flood pipe 3200
}
check console-flood flood

mixed() {
  con_run mixed 60 mixed 1600 && in_order mixed pipe 1600 && in_order mixed text 1600
}
check console-mixed mixed

# 200 KiB at once from the thread that drives the ring.
layer() {
  con_run layer 30 burst 3200 || return 1
  local count
  count=$(lines layer text | wc -l)
  in_order layer text "$count" && [ "$count" -gt 400 ] && [ "$count" -lt 3200 ]
}
check console-layer layer

chatter() {
  con_run chatter 30 chatter && lines chatter text >$FOLDER/found || return 1
  wc -l <$FOLDER/found
  [ -s $FOLDER/found ]
}
check console-chatter chatter

main_fails() {
  con_crash fail 30 fail && guest_console fail && guest_says fail 1 'the last line' && guest_says fail 1 'InvalidOperationException: the main task fails' && guest_says fail 1 '   at Xen.UnikernelGuest.ConsoleVerbs.'
}
check console-main main_fails

# trace NAME DEPTH: a whole stack trace.
trace() {
  guest_says "$1" 1 'InvalidOperationException: nobody catches this' && [ "$(guest_console "$1" | grep -c '   at Xen.UnikernelGuest.ConsoleVerbs.Deep')" = "$2" ] || { guest_console "$1" | tail -n 60; return 1; }
  echo "$2 frames of it"
}

unhandled() {
  con_crash unhandled 30 throw 300 && in_order unhandled pipe 300 && trace unhandled 41
}
check console-unhandled unhandled

thread() {
  con_crash thread 30 throw-thread 30 && trace thread 201 && guest_console thread | grep 'layer: PANIC: the program aborted'
}
check console-thread thread

fail_fast() {
  con_crash fast 30 fail-fast && guest_console fast && guest_says fast 1 'this is the end' && guest_says fast 1 '   at Xen.UnikernelGuest.ConsoleVerbs.'
}
check console-fail-fast fail_fast

panics() {
  con_crash panic 30 violate stack-overflow && guest_console panic && guest_says panic 1 'layer: PANIC: stack overflow of thread 1' && guest_says panic 1 'r13 '
}
check console-panic panics

absent() {
  local daemon started status
  daemon=$(pidof xenconsoled)
  con_start absent poweroff flood 100000 && guest_says absent 20 'pipe 00100' || return 1
  kill -STOP "$daemon"
  sleep 2
  started=$(now)
  xl shutdown absent
  wait_until 20 guest_is_gone absent
  status=$?
  echo "after $(($(now) - started)) s"
  kill -CONT "$daemon"
  guest_ends absent 1 || return 1
  return $status
}
check console-absent absent

check console-released released console
rm -rf $FOLDER
