/* Linux's system calls, as far as libc and the runtime use them. docs/unikernel.md has the list. Anything else is one line in the log, once for
   each number, and ENOSYS. */
#include "syscalls.h"

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "files.h"
#include "frames.h"
#include "futex.h"
#include "random.h"
#include "signals.h"
#include "threads.h"
#include "vm.h"
#include "xen.h"

#define NUMBERS 512

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

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME 2
#define CLOCK_THREAD_CPUTIME 3
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_BOOTTIME 7
#define TIMER_ABSTIME 1

#define ARCH_SET_FS 0x1002
#define RLIMIT_STACK 3
#define RLIMIT_NOFILE 7
#define RLIM_INFINITY UINT64_MAX
#define STACK_LIMIT 0x180000ul
#define MEMBARRIER_COMMANDS 0x18
#define PROCESS_ID 1

struct timespec {
  s64 seconds, nanoseconds;
};

struct clone_arguments {
  u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

void system_call_entry(void);

static u64 unknown_count;
static u8 unknown_seen[NUMBERS / 8];

static u64 nanoseconds_of(const struct timespec *time) {
  if (time->seconds < 0) {
    return 0;
  }

  u64 seconds = (u64)time->seconds;
  return seconds > UINT64_MAX / NANOSECONDS_PER_SECOND / 2 ? NEVER / 2 : seconds * NANOSECONDS_PER_SECOND + (u64)time->nanoseconds;
}

static struct timespec timespec_of(u64 nanoseconds) {
  return (struct timespec){(s64)(nanoseconds / NANOSECONDS_PER_SECOND), (s64)(nanoseconds % NANOSECONDS_PER_SECOND)};
}

/* A deadline in the monotonic clock from one in the given clock. */
static u64 deadline_of(const struct timespec *time, bool is_absolute, bool is_realtime) {
  if (!time) {
    return NEVER;
  }

  u64 value = nanoseconds_of(time);
  if (!is_absolute) {
    return clock_monotonic() + value;
  }

  u64 offset = is_realtime ? clock_realtime() - clock_monotonic() : 0;
  return value > offset ? value - offset : 1;
}

static s64 clone(const struct frame *frame, u64 flags, u64 stack, u64 parent_tid, u64 child_tid, u64 tls) {
  if ((flags & (CLONE_VM | CLONE_THREAD)) != (CLONE_VM | CLONE_THREAD)) {
    /* fork: there are no processes. */
    return -ENOSYS;
  }

  vm_mark_stack(stack);
  struct frame child = *frame;
  child.rax = 0;
  child.rsp = stack;
  struct thread *thread = thread_make(&child, flags & CLONE_SETTLS ? tls : thread_current->fs_base);
  if (!thread) {
    return -EAGAIN;
  }

  if (flags & CLONE_PARENT_SETTID) {
    *(u32 *)parent_tid = thread->tid;
  }

  if (flags & CLONE_CHILD_SETTID) {
    *(u32 *)child_tid = thread->tid;
  }

  if (flags & CLONE_CHILD_CLEARTID) {
    thread->clear_tid = (u32 *)child_tid;
  }

  return thread->tid;
}

static s64 futex(const struct frame *f) {
  u32 operation = (u32)f->rsi, command = operation & FUTEX_COMMAND;
  const struct timespec *time = (const struct timespec *)f->r10;
  switch (command) {
  case FUTEX_WAIT: return futex_wait(f->rdi, (u32)f->rdx, deadline_of(time, false, false), UINT32_MAX);
  case FUTEX_WAIT_BITSET: return futex_wait(f->rdi, (u32)f->rdx, deadline_of(time, true, operation & FUTEX_REALTIME), (u32)f->r9);
  case FUTEX_WAKE: return futex_wake(f->rdi, (u32)f->rdx, UINT32_MAX);
  case FUTEX_WAKE_BITSET: return futex_wake(f->rdi, (u32)f->rdx, (u32)f->r9);
  case FUTEX_REQUEUE: return futex_requeue(f->rdi, (u32)f->rdx, (u32)f->r10, f->r8, false, 0);
  case FUTEX_CMP_REQUEUE: return futex_requeue(f->rdi, (u32)f->rdx, (u32)f->r10, f->r8, true, (u32)f->r9);
  default: return -ENOSYS;
  }
}

static s64 get_time(u32 clock, struct timespec *time) {
  bool is_realtime = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  bool is_processor = clock == CLOCK_PROCESS_CPUTIME || clock == CLOCK_THREAD_CPUTIME;
  if (clock > CLOCK_BOOTTIME) {
    return -EINVAL;
  }

  *time = timespec_of(is_realtime ? clock_realtime() : clock_monotonic() - (is_processor ? threads_idle_time() : 0));
  return 0;
}

static s64 sleep(u32 clock, bool is_absolute, const struct timespec *time) {
  u64 deadline = deadline_of(time, is_absolute, clock == CLOCK_REALTIME);
  if (deadline > clock_monotonic()) {
    thread_block(deadline);
  }

  return 0;
}

struct poll {
  u32 fd;
  u16 events, returned;
};

/* Nothing here ever becomes ready to be polled but the console, for output. */
static s64 poll(struct poll *polls, u64 count, u64 deadline) {
  s64 ready = 0;
  for (u64 i = 0; i < count; i++) {
    bool is_open = file_is_open(polls[i].fd);
    polls[i].returned = is_open ? polls[i].events & 4 : (s64)(int)polls[i].fd < 0 ? 0 : 32;
    ready += polls[i].returned != 0;
  }

  if (!ready && deadline > clock_monotonic()) {
    thread_block(deadline);
  }

  return ready;
}

static u64 poll_deadline(s64 milliseconds) {
  return milliseconds < 0 ? NEVER : clock_monotonic() + (u64)milliseconds * NANOSECONDS_PER_MILLISECOND;
}

static s64 write_vector(u32 fd, const u64 *vector, u64 count) {
  s64 total = 0;
  for (u64 i = 0; i < count; i++) {
    s64 written = file_write(fd, (const void *)vector[2 * i], vector[2 * i + 1]);
    if (written < 0) {
      return total ? total : written;
    }

    total += written;
  }

  return total;
}

static s64 read_vector(u32 fd, const u64 *vector, u64 count) {
  s64 total = 0;
  for (u64 i = 0; i < count; i++) {
    s64 read = file_read(fd, (void *)vector[2 * i], vector[2 * i + 1]);
    if (read < 0) {
      return total ? total : read;
    }

    total += read;
    if ((u64)read < vector[2 * i + 1]) {
      break;
    }
  }

  return total;
}

static s64 limit(u32 resource, u64 *old) {
  if (old) {
    old[0] = old[1] = resource == RLIMIT_STACK ? STACK_LIMIT : resource == RLIMIT_NOFILE ? 64 : RLIM_INFINITY;
  }

  return 0;
}

/* The garbage collector sizes itself by it. */
static s64 system_information(void *out) {
  struct {
    s64 uptime;
    u64 loads[3], total, free, shared, buffers, swap_total, swap_free;
    u16 processes, padding;
    u64 high_total, high_free;
    u32 unit;
  } info = {.uptime = (s64)(clock_monotonic() / NANOSECONDS_PER_SECOND), .total = frames_total() * PAGE_SIZE,
            .free = (commit_limit() - commit_charged()) * PAGE_SIZE, .processes = (u16)thread_count(), .unit = 1};
  memcpy(out, &info, sizeof info);
  return 0;
}

static s64 system_name(char *out) {
  static const char *const names[] = {"Linux", "guest", "6.0.0", "XenStack", "x86_64", ""};
  memset(out, 0, 65 * COUNT_OF(names));
  for (u32 i = 0; i < COUNT_OF(names); i++) {
    memcpy(out + 65 * i, names[i], text_length(names[i]));
  }

  return 0;
}

static s64 unknown(u64 number) {
  unknown_count++;
  if (number >= NUMBERS || !(unknown_seen[number / 8] & 1u << number % 8)) {
    log_line("system call %lu is not supported: ENOSYS", number);
  }

  if (number < NUMBERS) {
    unknown_seen[number / 8] |= (u8)(1u << number % 8);
  }

  return -ENOSYS;
}

/* pthread_getattr_np of musl finds the end of the first stack by growing each page below it: "no memory" says that there is one. */
static s64 remap(u64 address) {
  u64 start, end;
  return vm_find(address, &start, &end) ? -ENOMEM : -EFAULT;
}

static s64 memory_call(const struct frame *f) {
  switch (f->rax) {
  case 9: return f->r10 & MAP_ANONYMOUS ? vm_map(f->rdi, f->rsi, (u32)f->rdx, (u32)f->r10) : -ENOSYS;
  case 10: return vm_protect(f->rdi, f->rsi, (u32)f->rdx);
  case 11: return vm_unmap(f->rdi, f->rsi);
  case 12: return vm_break(f->rdi);
  case 25: return remap(f->rdi);
  default: return vm_advise(f->rdi, f->rsi, (u32)f->rdx);
  }
}

static s64 file_call(const struct frame *f) {
  u32 fd = (u32)f->rdi;
  switch (f->rax) {
  case 0: return file_read(fd, (void *)f->rsi, f->rdx);
  case 1: return file_write(fd, (const void *)f->rsi, f->rdx);
  case 2: return file_open((const char *)f->rdi, (u32)f->rsi);
  case 3: return file_close(fd);
  case 4:
  case 6: return file_status_of((const char *)f->rdi, (void *)f->rsi);
  case 5: return file_status(fd, (void *)f->rsi);
  case 8: return file_seek(fd, (s64)f->rsi, (u32)f->rdx);
  case 16: return file_is_open(fd) ? -ENOTTY : -EBADF;
  case 17: return file_read_at(fd, (void *)f->rsi, f->rdx, f->r10);
  case 19: return read_vector(fd, (const u64 *)f->rsi, f->rdx);
  case 20: return write_vector(fd, (const u64 *)f->rsi, f->rdx);
  case 32: return file_duplicate(fd, 0);
  case 72: return file_control(fd, (u32)f->rsi, f->rdx);
  case 73: return 0;
  case 257: return file_open((const char *)f->rsi, (u32)f->rdx);
  case 262: return file_status_of((const char *)f->rsi, (void *)f->rdx);
  default: return file_pipe((u32 *)f->rdi);
  }
}

static s64 thread_call(struct frame *f) {
  const struct clone_arguments *arguments = (const struct clone_arguments *)f->rdi;
  switch (f->rax) {
  case 24: thread_yield(); return 0;
  case 56: return clone(f, f->rdi, f->rsi, f->rdx, f->r10, f->r8);
  case 60: thread_exit();
  case 157: return 0;
  case 158:
    if (f->rdi != ARCH_SET_FS) {
      return -EINVAL;
    }

    thread_current->fs_base = f->rsi;
    write_msr(MSR_FS_BASE, f->rsi);
    return 0;
  case 186: return thread_current->tid;
  case 200: return signals_send((u32)f->rdi, (u32)f->rsi);
  case 202: return futex(f);
  case 203: return 0;
  case 204:
    if (f->rsi < 8) {
      return -EINVAL;
    }

    *(u64 *)f->rdx = 1;
    return 8;
  case 218: thread_current->clear_tid = (u32 *)f->rdi; return thread_current->tid;
  case 234: return signals_send((u32)f->rsi, (u32)f->rdx);
  case 273: return 0;
  case 309:
    if (f->rdi) {
      *(u32 *)f->rdi = 0;
    }

    return 0;
  case 324: return f->rdi ? 0 : MEMBARRIER_COMMANDS;
  default: return clone(f, arguments->flags, arguments->stack + arguments->stack_size, arguments->parent_tid, arguments->child_tid, arguments->tls);
  }
}

static s64 time_call(const struct frame *f) {
  switch (f->rax) {
  case 7: return poll((struct poll *)f->rdi, f->rsi, poll_deadline((int)f->rdx));
  case 35: return sleep(CLOCK_MONOTONIC, false, (const struct timespec *)f->rdi);
  case 96: {
    struct timespec *time = (struct timespec *)f->rdi;
    *time = timespec_of(clock_realtime());
    time->nanoseconds /= 1000;
    return 0;
  }
  case 98: memset((void *)f->rsi, 0, 144); *(struct timespec *)f->rsi = timespec_of(clock_monotonic() - threads_idle_time()); ((struct timespec *)f->rsi)->nanoseconds /= 1000; return 0;
  case 201: return (s64)(clock_realtime() / NANOSECONDS_PER_SECOND);
  case 228: return get_time((u32)f->rdi, (struct timespec *)f->rsi);
  case 229: *(struct timespec *)f->rsi = (struct timespec){0, 1}; return 0;
  case 230: return sleep((u32)f->rdi, f->rsi & TIMER_ABSTIME, (const struct timespec *)f->rdx);
  default: return poll((struct poll *)f->rdi, f->rsi, deadline_of((const struct timespec *)f->rdx, false, false));
  }
}

static s64 other_call(const struct frame *f) {
  switch (f->rax) {
  case 13: return signals_action((u32)f->rdi, (const void *)f->rsi, (void *)f->rdx);
  case 14: return signals_mask((u32)f->rdi, (const u64 *)f->rsi, (u64 *)f->rdx);
  case 63: return system_name((char *)f->rdi);
  case 97: return limit((u32)f->rdi, (u64 *)f->rsi);
  case 99: return system_information((void *)f->rdi);
  case 131: return signals_stack((const void *)f->rdi, (void *)f->rsi);
  case 231:
    if (f->rdi) {
      log_line("the program ended with exit code %u", (u32)f->rdi);
    }

    console_take_back();
    console_drain();
    xen_shutdown(SHUTDOWN_POWEROFF);
  case 302: return limit((u32)f->rsi, (u64 *)f->r10);
  default: random_fill((void *)f->rdi, f->rsi); return (s64)f->rsi;
  }
}

static s64 dispatch(struct frame *f) {
  switch (f->rax) {
  case 9: case 10: case 11: case 12: case 25: case 28:
    return memory_call(f);
  case 0: case 1: case 2: case 3: case 4: case 5: case 6: case 8: case 16: case 17: case 19: case 20: case 32: case 72: case 73: case 257: case 262: case 293:
    return file_call(f);
  case 24: case 56: case 60: case 157: case 158: case 186: case 200: case 202: case 203: case 204: case 218: case 234: case 273: case 309: case 324: case 435:
    return thread_call(f);
  case 7: case 35: case 96: case 98: case 201: case 228: case 229: case 230: case 271:
    return time_call(f);
  case 13: case 14: case 63: case 97: case 99: case 131: case 231: case 302: case 318:
    return other_call(f);
  case 39: case 110:
    return PROCESS_ID;
  case 89: case 267: case 79: case 21: case 269:
    return -ENOENT;
  case 102: case 104: case 107: case 108:
    return 0;
  case 137: case 138: case 217: case 239: case 334: case 332:
    return -ENOSYS;
  default:
    return unknown(f->rax);
  }
}

void system_call(struct frame *frame);
void system_call(struct frame *frame) {
  if (frame->rax == 15) {
    signals_return(frame);
  } else {
    frame->rax = (u64)dispatch(frame);
  }

  signals_deliver(frame);
}

u64 syscalls_unknown(void) {
  return unknown_count;
}

void syscalls_start(void) {
  write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SYSCALL);
  write_msr(MSR_STAR, (u64)8 << 32);
  write_msr(MSR_LSTAR, (u64)system_call_entry);
  write_msr(MSR_SFMASK, FLAG_INTERRUPT | FLAG_DIRECTION | FLAG_TRAP | FLAG_ALIGNMENT);
}
