/* Linux's system calls, as far as libc and the runtime use them. docs/unikernel.md has the list. Anything else is one line in the log, once for
   each number, and ENOSYS. */
#include "syscalls.h"

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "files.h"
#include "frames.h"
#include "futex.h"
#include "numbers.h"
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
  case SYS_mmap: return f->r10 & MAP_ANONYMOUS ? vm_map(f->rdi, f->rsi, (u32)f->rdx, (u32)f->r10) : -ENOSYS;
  case SYS_mprotect: return vm_protect(f->rdi, f->rsi, (u32)f->rdx);
  case SYS_munmap: return vm_unmap(f->rdi, f->rsi);
  case SYS_brk: return vm_break(f->rdi);
  case SYS_mremap: return remap(f->rdi);
  default: return vm_advise(f->rdi, f->rsi, (u32)f->rdx);
  }
}

static s64 file_call(const struct frame *f) {
  u32 fd = (u32)f->rdi;
  switch (f->rax) {
  case SYS_read: return file_read(fd, (void *)f->rsi, f->rdx);
  case SYS_write: return file_write(fd, (const void *)f->rsi, f->rdx);
  case SYS_open: return file_open((const char *)f->rdi, (u32)f->rsi);
  case SYS_close: return file_close(fd);
  case SYS_stat:
  case SYS_lstat: return file_status_of((const char *)f->rdi, (void *)f->rsi);
  case SYS_fstat: return file_status(fd, (void *)f->rsi);
  case SYS_lseek: return file_seek(fd, (s64)f->rsi, (u32)f->rdx);
  case SYS_ioctl: return file_is_open(fd) ? -ENOTTY : -EBADF;
  case SYS_pread64: return file_read_at(fd, (void *)f->rsi, f->rdx, f->r10);
  case SYS_readv: return read_vector(fd, (const u64 *)f->rsi, f->rdx);
  case SYS_writev: return write_vector(fd, (const u64 *)f->rsi, f->rdx);
  case SYS_dup: return file_duplicate(fd, 0);
  case SYS_fcntl: return file_control(fd, (u32)f->rsi, f->rdx);
  case SYS_flock: return 0;
  case SYS_openat: return file_open((const char *)f->rsi, (u32)f->rdx);
  case SYS_newfstatat: return file_status_of((const char *)f->rsi, (void *)f->rdx);
  default: return file_pipe((u32 *)f->rdi);
  }
}

static s64 thread_call(struct frame *f) {
  const struct clone_arguments *arguments = (const struct clone_arguments *)f->rdi;
  switch (f->rax) {
  case SYS_sched_yield: thread_yield(); return 0;
  case SYS_clone: return clone(f, f->rdi, f->rsi, f->rdx, f->r10, f->r8);
  case SYS_exit: thread_exit();
  case SYS_prctl: return 0;
  case SYS_arch_prctl:
    if (f->rdi != ARCH_SET_FS) {
      return -EINVAL;
    }

    thread_current->fs_base = f->rsi;
    write_msr(MSR_FS_BASE, f->rsi);
    return 0;
  case SYS_gettid: return thread_current->tid;
  case SYS_tkill: return signals_send((u32)f->rdi, (u32)f->rsi);
  case SYS_futex: return futex(f);
  case SYS_sched_setaffinity: return 0;
  case SYS_sched_getaffinity:
    if (f->rsi < 8) {
      return -EINVAL;
    }

    *(u64 *)f->rdx = 1;
    return 8;
  case SYS_set_tid_address: thread_current->clear_tid = (u32 *)f->rdi; return thread_current->tid;
  case SYS_tgkill: return signals_send((u32)f->rsi, (u32)f->rdx);
  case SYS_set_robust_list: return 0;
  case SYS_getcpu:
    if (f->rdi) {
      *(u32 *)f->rdi = 0;
    }

    return 0;
  case SYS_membarrier: return f->rdi ? 0 : MEMBARRIER_COMMANDS;
  default: return clone(f, arguments->flags, arguments->stack + arguments->stack_size, arguments->parent_tid, arguments->child_tid, arguments->tls);
  }
}

static s64 time_call(const struct frame *f) {
  switch (f->rax) {
  case SYS_poll: return poll((struct poll *)f->rdi, f->rsi, poll_deadline((int)f->rdx));
  case SYS_nanosleep: return sleep(CLOCK_MONOTONIC, false, (const struct timespec *)f->rdi);
  case SYS_gettimeofday: {
    struct timespec *time = (struct timespec *)f->rdi;
    *time = timespec_of(clock_realtime());
    time->nanoseconds /= 1000;
    return 0;
  }
  case SYS_getrusage: memset((void *)f->rsi, 0, 144); *(struct timespec *)f->rsi = timespec_of(clock_monotonic() - threads_idle_time()); ((struct timespec *)f->rsi)->nanoseconds /= 1000; return 0;
  case SYS_time: return (s64)(clock_realtime() / NANOSECONDS_PER_SECOND);
  case SYS_clock_gettime: return get_time((u32)f->rdi, (struct timespec *)f->rsi);
  case SYS_clock_getres: *(struct timespec *)f->rsi = (struct timespec){0, 1}; return 0;
  case SYS_clock_nanosleep: return sleep((u32)f->rdi, f->rsi & TIMER_ABSTIME, (const struct timespec *)f->rdx);
  default: return poll((struct poll *)f->rdi, f->rsi, deadline_of((const struct timespec *)f->rdx, false, false));
  }
}

static s64 other_call(const struct frame *f) {
  switch (f->rax) {
  case SYS_rt_sigaction: return signals_action((u32)f->rdi, (const void *)f->rsi, (void *)f->rdx);
  case SYS_rt_sigprocmask: return signals_mask((u32)f->rdi, (const u64 *)f->rsi, (u64 *)f->rdx);
  case SYS_uname: return system_name((char *)f->rdi);
  case SYS_getrlimit: return limit((u32)f->rdi, (u64 *)f->rsi);
  case SYS_sysinfo: return system_information((void *)f->rdi);
  case SYS_sigaltstack: return signals_stack((const void *)f->rdi, (void *)f->rsi);
  case SYS_exit_group:
    if (f->rdi) {
      log_line("the program ended with exit code %u", (u32)f->rdi);
    }

    console_take_back();
    console_drain();
    xen_shutdown(SHUTDOWN_POWEROFF);
  case SYS_prlimit64: return limit((u32)f->rsi, (u64 *)f->r10);
  default: random_fill((void *)f->rdi, f->rsi); return (s64)f->rsi;
  }
}

static s64 dispatch(struct frame *f) {
  switch (f->rax) {
  case SYS_mmap: case SYS_mprotect: case SYS_munmap: case SYS_brk: case SYS_mremap: case SYS_madvise:
    return memory_call(f);
  case SYS_read: case SYS_write: case SYS_open: case SYS_close: case SYS_stat: case SYS_fstat: case SYS_lstat: case SYS_lseek: case SYS_ioctl: case SYS_pread64: case SYS_readv: case SYS_writev: case SYS_dup: case SYS_fcntl: case SYS_flock: case SYS_openat: case SYS_newfstatat: case SYS_pipe2:
    return file_call(f);
  case SYS_sched_yield: case SYS_clone: case SYS_exit: case SYS_prctl: case SYS_arch_prctl: case SYS_gettid: case SYS_tkill: case SYS_futex: case SYS_sched_setaffinity: case SYS_sched_getaffinity: case SYS_set_tid_address: case SYS_tgkill: case SYS_set_robust_list: case SYS_getcpu: case SYS_membarrier: case SYS_clone3:
    return thread_call(f);
  case SYS_poll: case SYS_nanosleep: case SYS_gettimeofday: case SYS_getrusage: case SYS_time: case SYS_clock_gettime: case SYS_clock_getres: case SYS_clock_nanosleep: case SYS_ppoll:
    return time_call(f);
  case SYS_rt_sigaction: case SYS_rt_sigprocmask: case SYS_uname: case SYS_getrlimit: case SYS_sysinfo: case SYS_sigaltstack: case SYS_exit_group: case SYS_prlimit64: case SYS_getrandom:
    return other_call(f);
  case SYS_getpid: case SYS_getppid:
    return PROCESS_ID;
  case SYS_readlink: case SYS_readlinkat: case SYS_getcwd: case SYS_access: case SYS_faccessat:
    return -ENOENT;
  case SYS_getuid: case SYS_getgid: case SYS_geteuid: case SYS_getegid:
    return 0;
  case SYS_statfs: case SYS_fstatfs: case SYS_getdents64: case SYS_get_mempolicy: case SYS_rseq: case SYS_statx:
    return -ENOSYS;
  default:
    return unknown(f->rax);
  }
}

void system_call(struct frame *frame);
void system_call(struct frame *frame) {
  if (frame->rax == SYS_rt_sigreturn) {
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
