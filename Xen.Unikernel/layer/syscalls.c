/* The way of a system call to its handler. A number that is not there is one line in the log, once for each number of Linux and once for all that are higher,
   and ENOSYS. */
#include "syscalls.h"

#include "cpu.h"
#include "signals.h"

#define NUMBERS 512

void system_call_entry(void);

static system_call_handler handlers[NUMBERS];
static u64 unknown_count;
static bool unknown_seen[NUMBERS + 1];

s64 call_not_there(struct frame *frame) {
  (void)frame;
  return -ENOSYS;
}

static s64 unknown(u64 number) {
  unknown_count++;
  bool *seen = &unknown_seen[number < NUMBERS ? number : NUMBERS];
  if (!*seen) {
    log_line("system call %lu is not supported: ENOSYS", number);
  }

  *seen = true;
  return -ENOSYS;
}

static s64 dispatch(struct frame *frame) {
  u64 number = frame->rax;
  system_call_handler handler = number < NUMBERS ? handlers[number] : NULL;
  return handler ? handler(frame) : unknown(number);
}

void system_call(struct frame *frame);
void system_call(struct frame *frame) {
  if (frame->rax == SYS_rt_sigreturn) {
    /* Has no result: all registers come from the signal's frame. */
    signals_return(frame);
  } else {
    frame->rax = (u64)dispatch(frame);
  }

  signals_deliver(frame);
}

u64 syscalls_unknown(void) {
  return unknown_count;
}

static void add(const struct system_call *calls, u32 count) {
  for (u32 i = 0; i < count; i++) {
    handlers[calls[i].number] = calls[i].handler;
  }
}

void syscalls_start(void) {
  add(memory_calls, memory_call_count);
  add(file_calls, file_call_count);
  add(thread_calls, thread_call_count);
  add(time_calls, time_call_count);
  add(process_calls, process_call_count);
  write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SYSCALL);
  write_msr(MSR_STAR, (u64)8 << 32);
  write_msr(MSR_LSTAR, (u64)system_call_entry);
  write_msr(MSR_SFMASK, FLAG_INTERRUPT | FLAG_DIRECTION | FLAG_TRAP | FLAG_ALIGNMENT);
}
