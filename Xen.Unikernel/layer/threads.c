/* Round robin with time slices. A thread that leaves the processor has its registers on its kernel stack and its vector state in a page of
   its own; one that is blocked may be in the list of sleepers, which is sorted by deadline. */
#include "threads.h"

#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "fpu.h"
#include "frames.h"
#include "futex.h"
#include "layout.h"
#include "paging.h"
#include "signals.h"
#include "traps.h"
#include "vm.h"
#include "xen.h"

#define STACK_PAGES 3
/* With the page below that is not there. */
#define STACK_SLOT_SIZE (4 * PAGE_SIZE)
#define STACK_SLOTS (STACKS_SIZE / STACK_SLOT_SIZE)

void thread_switch(u64 *save_stack_pointer, u64 stack_pointer);
void thread_begin(void);

struct thread *thread_current;

static struct thread *ready_first, *ready_last;
static struct thread *sleepers;
static struct thread *all;
static struct thread *dead;
static u8 slots_used[STACK_SLOTS / 8];
static u32 next_tid = 1, count;
static u64 slice_end, idle_time;
static bool is_idle, is_preemptive = true, has_urgent;

static void append_ready(struct thread *thread) {
  thread->state = THREAD_READY;
  thread->next = NULL;
  if (ready_first) {
    ready_last->next = thread;
  } else {
    ready_first = thread;
  }

  ready_last = thread;
}

static void prepend_ready(struct thread *thread) {
  thread->state = THREAD_READY;
  thread->next = ready_first;
  ready_first = thread;
  ready_last = ready_last && thread->next ? ready_last : thread;
}

static struct thread *take_ready(void) {
  struct thread *thread = ready_first;
  if (thread) {
    ready_first = thread->next;
    thread->next = NULL;
  }

  return thread;
}

static void add_sleeper(struct thread *thread) {
  struct thread **link = &sleepers;
  while (*link && (*link)->deadline <= thread->deadline) {
    link = &(*link)->sleep_next;
  }

  thread->sleep_next = *link;
  *link = thread;
}

static void remove_sleeper(struct thread *thread) {
  struct thread **link = &sleepers;
  while (*link != thread) {
    link = &(*link)->sleep_next;
  }

  *link = thread->sleep_next;
  thread->deadline = NEVER;
}

/* No slice where nobody runs: it ended long ago, so its interrupt would come at once, before the idle loop is left, and again and again. */
static void arm_timer(void) {
  u64 deadline = sleepers ? sleepers->deadline : NEVER;
  if (ready_first && is_preemptive && !is_idle && slice_end < deadline) {
    deadline = slice_end;
  }

  apic_set_deadline(deadline);
}

static void reap(void) {
  struct thread *thread = dead;
  dead = NULL;
  if (!thread) {
    return;
  }

  u64 bottom = thread->stack_top - STACK_PAGES * PAGE_SIZE;
  for (u64 at = bottom; at < thread->stack_top; at += PAGE_SIZE) {
    u64 *entry = paging_entry(at);
    frames_give(direct(*entry & PTE_ADDRESS), 0);
    *entry = 0;
    forget_page(at);
  }

  u64 slot = (bottom - STACKS_BASE) / STACK_SLOT_SIZE;
  slots_used[slot / 8] &= (u8) ~(1u << slot % 8);
  frames_give(thread, fpu_thread_order());
  commit_release(STACK_PAGES + (1ul << fpu_thread_order()));
}

/* With interrupts on, until something is ready. */
static struct thread *wait_for_ready(void) {
  struct thread *next;
  u64 since = clock_monotonic();
  while (!(next = take_ready())) {
    is_idle = true;
    arm_timer();
    halt_until_interrupt();
    is_idle = false;
  }

  idle_time += clock_monotonic() - since;
  return next;
}

static void schedule(void) {
  struct thread *previous = thread_current;
  struct thread *next = take_ready();
  if (!next) {
    next = wait_for_ready();
  }

  has_urgent = false;
  slice_end = clock_monotonic() + (next->slice_left ? next->slice_left : TIME_SLICE);
  next->slice_left = 0;
  arm_timer();
  if (next == previous) {
    return;
  }

  thread_current = next;
  kernel_stack_top = next->stack_top;
  if (previous->state != THREAD_DEAD) {
    fpu_save(previous->fpu);
  }

  fpu_restore(next->fpu);
  write_msr(MSR_FS_BASE, next->fs_base);
  thread_switch(&previous->stack_pointer, next->stack_pointer);
  reap();
}

/* Where a new thread comes in from thread_switch. */
void thread_first_run(void);
void thread_first_run(void) {
  reap();
}

bool thread_block(u64 deadline) {
  struct thread *self = thread_current;
  self->state = THREAD_BLOCKED;
  self->is_timed_out = false;
  self->deadline = deadline;
  if (deadline != NEVER) {
    add_sleeper(self);
  }

  schedule();
  return !self->is_timed_out;
}

static bool unblock(struct thread *thread) {
  if (thread->state != THREAD_BLOCKED) {
    return false;
  }

  if (thread->deadline != NEVER) {
    remove_sleeper(thread);
  }

  return true;
}

void thread_wake(struct thread *thread) {
  if (unblock(thread)) {
    append_ready(thread);
    arm_timer();
  }
}

void thread_wake_first(struct thread *thread) {
  if (unblock(thread)) {
    prepend_ready(thread);
    has_urgent = true;
  }
}

void thread_yield(void) {
  if (ready_first) {
    append_ready(thread_current);
    schedule();
  }
}

/* An interrupt's frame is on this thread's kernel stack. */
void preempt(struct frame *frame);
void preempt(struct frame *frame) {
  u64 now = clock_monotonic();
  struct thread *urgent = has_urgent ? take_ready() : NULL;
  if (urgent && now < slice_end) {
    /* Goes on behind it, before the others, for the rest of its slice: with a new one each time they would never run. */
    thread_current->slice_left = slice_end - now;
    prepend_ready(thread_current);
  } else {
    append_ready(thread_current);
  }

  if (urgent) {
    prepend_ready(urgent);
  }

  schedule();
  signals_deliver(frame);
}

bool threads_timer(u64 now) {
  while (sleepers && sleepers->deadline <= now) {
    struct thread *thread = sleepers;
    thread->is_timed_out = true;
    futex_forget(thread);
    remove_sleeper(thread);
    append_ready(thread);
  }

  if (threads_should_switch()) {
    return true; /* schedule() arms the timer, for the slice of the next */
  }

  arm_timer();
  return false;
}

bool threads_should_switch(void) {
  return is_preemptive && !is_idle && ready_first && (has_urgent || clock_monotonic() >= slice_end);
}

void threads_set_preemptive(bool value) {
  is_preemptive = value;
}

u64 threads_idle_time(void) {
  return idle_time;
}

static u64 take_stack(void) {
  u32 slot = 0;
  while (slot < STACK_SLOTS && slots_used[slot / 8] & 1u << slot % 8) {
    slot++;
  }

  if (slot == STACK_SLOTS) {
    return 0;
  }

  slots_used[slot / 8] |= (u8)(1u << slot % 8);
  u64 top = STACKS_BASE + (slot + 1ul) * STACK_SLOT_SIZE;
  for (u64 at = top - STACK_PAGES * PAGE_SIZE; at < top; at += PAGE_SIZE) {
    u64 *entry = paging_entry_made(at);
    void *page = entry ? frames_take(0) : NULL;
    if (!page) {
      /* The reserve is gone as well: nothing that .NET could do something about. */
      panic("no memory for the kernel stack of a thread");
    }

    memset(page, 0, PAGE_SIZE);
    *entry = direct_physical(page) | PTE_PRESENT | PTE_WRITABLE | PTE_NO_EXECUTE;
  }

  return top;
}

static struct thread *make(void) {
  u32 order = fpu_thread_order();
  if (!commit_charge(STACK_PAGES + (1ul << order))) {
    return NULL;
  }

  struct thread *thread = frames_take(order);
  u64 stack_top = thread ? take_stack() : 0;
  if (!stack_top) {
    if (thread) {
      frames_give(thread, order);
    }

    commit_release(STACK_PAGES + (1ul << order));
    return NULL;
  }

  memset(thread, 0, PAGE_SIZE << order);
  thread->stack_top = stack_top;
  thread->fpu = (u8 *)thread + FPU_OFFSET;
  thread->tid = next_tid++;
  thread->deadline = NEVER;
  thread->all_next = all;
  all = thread;
  count++;
  return thread;
}

struct thread *thread_make(const struct frame *frame, u64 fs_base) {
  struct thread *thread = make();
  if (!thread) {
    return NULL;
  }

  struct frame *copy = (struct frame *)thread->stack_top - 1;
  *copy = *frame;
  /* What thread_switch pops: six registers and where it returns to. */
  u64 *stack = (u64 *)copy - 7;
  memset(stack, 0, 6 * sizeof(u64));
  stack[6] = (u64)thread_begin;
  thread->stack_pointer = (u64)stack;
  thread->fs_base = fs_base;
  thread->signals_blocked = thread_current->signals_blocked;
  fpu_save(thread->fpu);
  append_ready(thread);
  arm_timer();
  return thread;
}

void thread_exit(void) {
  struct thread *self = thread_current;
  struct thread **link = &all;
  while (*link != self) {
    link = &(*link)->all_next;
  }

  *link = self->all_next;
  count--;
  if (self->clear_tid) {
    *self->clear_tid = 0;
    futex_wake((u64)self->clear_tid, 1, UINT32_MAX);
  }

  self->state = THREAD_DEAD;
  dead = self;
  schedule();
  __builtin_unreachable();
}

struct thread *thread_by_id(u32 tid) {
  struct thread *thread = all;
  while (thread && thread->tid != tid) {
    thread = thread->all_next;
  }

  return thread;
}

u32 thread_count(void) {
  return count;
}

void threads_start(void) {
  thread_current = make();
  if (!thread_current) {
    panic("no memory for the first thread");
  }

  kernel_stack_top = thread_current->stack_top;
  fpu_save(thread_current->fpu);
}

void thread_start_program(u64 entry, u64 stack_pointer) {
  /* The program begins with interrupts on and all registers 0. */
  __asm__ volatile("push $16; push %1; push $0x202; push $8; push %0\n"
                   "xor %%eax, %%eax; xor %%ebx, %%ebx; xor %%ecx, %%ecx; xor %%edx, %%edx; xor %%esi, %%esi; xor %%edi, %%edi; xor %%ebp, %%ebp\n"
                   "iretq" ::"r"(entry), "r"(stack_pointer) : "memory");
  __builtin_unreachable();
}
