/* Threads and the scheduler. One processor: what holds interrupts off is alone. */
#pragma once

#include "frame.h"
#include "layer.h"

#define SIGNALS 64
#define TIME_SLICE (5 * NANOSECONDS_PER_MILLISECOND)

enum thread_state { THREAD_READY, THREAD_BLOCKED, THREAD_DEAD };

struct thread {
  u64 stack_pointer, stack_top;
  u64 fs_base;
  u32 tid;
  enum thread_state state;
  /* Neighbours in the ready list, or in a futex's. */
  struct thread *next;
  struct thread *all_next, *sleep_next;
  /* When a blocked thread wakes by itself, and whether it did. */
  u64 deadline;
  bool is_timed_out;
  /* What is left of its slice when it had to make way for an urgent thread; else 0. */
  u64 slice_left;
  /* futex.c */
  u64 futex_address;
  u32 futex_bits;
  /* Where 0 is stored, and a futex woken, at its end. */
  u32 *clear_tid;
  /* signals.c; bit n - 1 for signal n */
  u64 signals_pending, signals_blocked;
  u64 alternate_stack, alternate_size;
  void *fpu;
};

extern struct thread *thread_current;
/* Read by traps.S at each entry. */
extern u64 kernel_stack_top;

void threads_start(void);
/* Starts the program on a stack; the boot stack is left for good. */
_Noreturn void thread_start_program(u64 entry, u64 stack_pointer);
/* A new thread that goes on as the frame says; null when there is no memory. */
struct thread *thread_make(const struct frame *frame, u64 fs_base);
_Noreturn void thread_exit(void);
struct thread *thread_by_id(u32 tid);
u32 thread_count(void);

/* Blocks until somebody wakes it or the deadline has come; false for the deadline. */
bool thread_block(u64 deadline);
/* Makes a blocked thread ready; nothing when it is not blocked. */
void thread_wake(struct thread *thread);
/* The same, before all others and at once: for the thread that waits for events. */
void thread_wake_first(struct thread *thread);
void thread_yield(void);

/* Called by interrupts. True: the one that runs should make way. */
bool threads_timer(u64 now);
bool threads_should_switch(void);
/* False: a thread runs until it waits. */
void threads_set_preemptive(bool is_preemptive);
/* Nanoseconds in which no thread was ready. */
u64 threads_idle_time(void);
