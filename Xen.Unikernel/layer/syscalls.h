/* Linux's system calls, as far as libc and the runtime use them. docs/unikernel.md has the list. */
#pragma once

#include "clock.h"
#include "frame.h"
#include "layer.h"
#include "numbers.h"

/* The only process there is. */
#define PROCESS_ID 1

/* A call: its arguments are in the frame (rdi, rsi, rdx, r10, r8, r9), its result is a value or minus an errno. */
typedef s64 (*system_call_handler)(struct frame *frame);

struct system_call {
  u32 number;
  system_call_handler handler;
};

/* One list for each job, in a file of its own. */
extern const struct system_call memory_calls[], file_calls[], thread_calls[], time_calls[], process_calls[];
extern const u32 memory_call_count, file_call_count, thread_call_count, time_call_count, process_call_count;

/* SYSCALL works from ring 0 too: libc stays as it is. */
void syscalls_start(void);
/* How many calls there were of numbers that are not there. */
u64 syscalls_unknown(void);

/* A call that the runtime makes and does without. */
s64 call_not_there(struct frame *frame);

/* A deadline in the monotonic clock from one that a program gave; NEVER for null. */
u64 deadline_of(const struct timespec *time, bool is_absolute, bool is_realtime);
