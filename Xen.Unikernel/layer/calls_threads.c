#include "cpu.h"
#include "futex.h"
#include "signals.h"
#include "syscalls.h"
#include "threads.h"
#include "vm.h"

#define CLONE_VM 0x100ul
#define CLONE_THREAD 0x10000ul
#define CLONE_SETTLS 0x80000ul
#define CLONE_PARENT_SETTID 0x100000ul
#define CLONE_CHILD_CLEARTID 0x200000ul
#define CLONE_CHILD_SETTID 0x1000000ul

#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_REQUEUE 3
#define FUTEX_CMP_REQUEUE 4
#define FUTEX_WAIT_BITSET 9
#define FUTEX_WAKE_BITSET 10
#define FUTEX_COMMAND 127
#define FUTEX_REALTIME 256

#define ARCH_SET_FS 0x1002
#define MEMBARRIER_COMMANDS 0x18

struct clone_arguments {
  u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static s64 clone(const struct frame *frame, const struct clone_arguments *arguments) {
  u64 flags = arguments->flags;
  if ((flags & (CLONE_VM | CLONE_THREAD)) != (CLONE_VM | CLONE_THREAD)) {
    /* fork: there are no processes. */
    return -ENOSYS;
  }

  u64 stack = arguments->stack + arguments->stack_size;
  vm_mark_stack(stack);
  struct frame child = *frame;
  child.rax = 0;
  child.rsp = stack;
  struct thread *thread = thread_make(&child, flags & CLONE_SETTLS ? arguments->tls : thread_current->fs_base);
  if (!thread) {
    return -EAGAIN;
  }

  if (flags & CLONE_PARENT_SETTID) {
    *(u32 *)arguments->parent_tid = thread->tid;
  }

  if (flags & CLONE_CHILD_SETTID) {
    *(u32 *)arguments->child_tid = thread->tid;
  }

  if (flags & CLONE_CHILD_CLEARTID) {
    thread->clear_tid = (u32 *)arguments->child_tid;
  }

  return thread->tid;
}

static s64 call_clone(struct frame *f) {
  struct clone_arguments arguments = {.flags = f->rdi, .stack = f->rsi, .parent_tid = f->rdx, .child_tid = f->r10, .tls = f->r8};
  return clone(f, &arguments);
}

static s64 call_clone3(struct frame *f) {
  return clone(f, (const struct clone_arguments *)f->rdi);
}

static s64 call_exit(struct frame *f) {
  (void)f;
  thread_exit();
}

static s64 call_sched_yield(struct frame *f) {
  (void)f;
  thread_yield();
  return 0;
}

static s64 call_futex(struct frame *f) {
  u32 operation = (u32)f->rsi;
  const struct timespec *time = (const struct timespec *)f->r10;
  switch (operation & FUTEX_COMMAND) {
  case FUTEX_WAIT: return futex_wait(f->rdi, (u32)f->rdx, deadline_of(time, false, false), UINT32_MAX);
  case FUTEX_WAIT_BITSET: return futex_wait(f->rdi, (u32)f->rdx, deadline_of(time, true, operation & FUTEX_REALTIME), (u32)f->r9);
  case FUTEX_WAKE: return futex_wake(f->rdi, (u32)f->rdx, UINT32_MAX);
  case FUTEX_WAKE_BITSET: return futex_wake(f->rdi, (u32)f->rdx, (u32)f->r9);
  case FUTEX_REQUEUE: return futex_requeue(f->rdi, (u32)f->rdx, (u32)f->r10, f->r8, false, 0);
  case FUTEX_CMP_REQUEUE: return futex_requeue(f->rdi, (u32)f->rdx, (u32)f->r10, f->r8, true, (u32)f->r9);
  default: return -ENOSYS;
  }
}

static s64 call_arch_prctl(struct frame *f) {
  if (f->rdi != ARCH_SET_FS) {
    return -EINVAL;
  }

  thread_current->fs_base = f->rsi;
  write_msr(MSR_FS_BASE, f->rsi);
  return 0;
}

static s64 call_gettid(struct frame *f) {
  (void)f;
  return thread_current->tid;
}

static s64 call_set_tid_address(struct frame *f) {
  thread_current->clear_tid = (u32 *)f->rdi;
  return thread_current->tid;
}

static s64 call_tkill(struct frame *f) {
  return signals_send((u32)f->rdi, (u32)f->rsi);
}

static s64 call_tgkill(struct frame *f) {
  return signals_send((u32)f->rsi, (u32)f->rdx);
}

static s64 call_sched_getaffinity(struct frame *f) {
  if (f->rsi < sizeof(u64)) {
    return -EINVAL;
  }

  *(u64 *)f->rdx = 1;
  return sizeof(u64);
}

static s64 call_getcpu(struct frame *f) {
  if (f->rdi) {
    *(u32 *)f->rdi = 0;
  }

  return 0;
}

/* One processor: a store of one thread is seen by the next. */
static s64 call_membarrier(struct frame *f) {
  return f->rdi ? 0 : MEMBARRIER_COMMANDS;
}

static s64 call_sigaction(struct frame *f) {
  return signals_action((u32)f->rdi, (const void *)f->rsi, (void *)f->rdx);
}

static s64 call_sigprocmask(struct frame *f) {
  return signals_mask((u32)f->rdi, (const u64 *)f->rsi, (u64 *)f->rdx);
}

static s64 call_sigaltstack(struct frame *f) {
  return signals_stack((const void *)f->rdi, (void *)f->rsi);
}

/* Names of threads, lists for a thread that dies with a lock, affinity to the one processor. */
static s64 call_nothing(struct frame *f) {
  (void)f;
  return 0;
}

const struct system_call thread_calls[] = {
    {SYS_clone, call_clone},                   {SYS_clone3, call_clone3},
    {SYS_exit, call_exit},                     {SYS_sched_yield, call_sched_yield},
    {SYS_futex, call_futex},                   {SYS_arch_prctl, call_arch_prctl},
    {SYS_gettid, call_gettid},                 {SYS_set_tid_address, call_set_tid_address},
    {SYS_tkill, call_tkill},                   {SYS_tgkill, call_tgkill},
    {SYS_sched_getaffinity, call_sched_getaffinity}, {SYS_sched_setaffinity, call_nothing},
    {SYS_getcpu, call_getcpu},                 {SYS_membarrier, call_membarrier},
    {SYS_rt_sigaction, call_sigaction},        {SYS_rt_sigprocmask, call_sigprocmask},
    {SYS_sigaltstack, call_sigaltstack},       {SYS_prctl, call_nothing},
    {SYS_set_robust_list, call_nothing},       {SYS_rseq, call_not_there},
};
const u32 thread_call_count = COUNT_OF(thread_calls);
