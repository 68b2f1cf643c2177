/* Signals: how .NET learns of null references and divisions by zero, and how the garbage collector stops a thread. */
#pragma once

#include "frame.h"
#include "layer.h"
#include "threads.h"

#define SIGILL 4
#define SIGABRT 6
#define SIGBUS 7
#define SIGFPE 8
#define SIGSEGV 11

s64 signals_action(u32 signal, const void *action, void *old);
s64 signals_mask(u32 how, const u64 *set, u64 *old);
s64 signals_stack(const void *stack, void *old);
s64 signals_send(u32 tid, u32 signal);
/* Before a return to the program: the first pending signal's handler runs next. */
void signals_deliver(struct frame *frame);
/* rt_sigreturn */
void signals_return(struct frame *frame);
/* A fault of the program: false when nobody handles the signal. */
bool signals_raise_fault(struct frame *frame, u32 signal, u32 code, u64 address);
