#include "clock.h"
#include "files.h"
#include "syscalls.h"
#include "threads.h"

#define TIMER_ABSTIME 1
#define POLLOUT 4
#define POLLNVAL 32

struct poll {
  u32 fd;
  u16 events, returned;
};

static u64 nanoseconds_of(const struct timespec *time) {
  if (time->seconds < 0) {
    return 0;
  }

  /* Half of all time is for ever, and leaves room for a sum. */
  u64 seconds = (u64)time->seconds;
  return seconds > NEVER / NANOSECONDS_PER_SECOND / 2 ? NEVER / 2 : seconds * NANOSECONDS_PER_SECOND + (u64)time->nanoseconds;
}

u64 deadline_of(const struct timespec *time, bool is_absolute, bool is_realtime) {
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

static u64 busy_time(void) {
  return clock_monotonic() - threads_idle_time();
}

static s64 call_clock_gettime(struct frame *f) {
  u32 clock = (u32)f->rdi;
  bool is_processor = clock == CLOCK_PROCESS_CPUTIME || clock == CLOCK_THREAD_CPUTIME;
  if (clock > CLOCK_BOOTTIME) {
    return -EINVAL;
  }

  *(struct timespec *)f->rsi = timespec_of(clock_is_realtime(clock) ? clock_realtime() : is_processor ? busy_time() : clock_monotonic());
  return 0;
}

static s64 call_clock_getres(struct frame *f) {
  if (f->rsi) {
    *(struct timespec *)f->rsi = (struct timespec){0, 1};
  }

  return 0;
}

/* struct timeval: microseconds. */
static struct timespec timeval_of(u64 nanoseconds) {
  struct timespec time = timespec_of(nanoseconds);
  time.nanoseconds /= 1000;
  return time;
}

static s64 call_gettimeofday(struct frame *f) {
  *(struct timespec *)f->rdi = timeval_of(clock_realtime());
  return 0;
}

static s64 call_time(struct frame *f) {
  s64 seconds = (s64)(clock_realtime() / NANOSECONDS_PER_SECOND);
  if (f->rdi) {
    *(s64 *)f->rdi = seconds;
  }

  return seconds;
}

/* struct rusage: 144 bytes, of which the first are the processor's time in the program. */
static s64 call_getrusage(struct frame *f) {
  memset((void *)f->rsi, 0, 144);
  *(struct timespec *)f->rsi = timeval_of(busy_time());
  return 0;
}

static s64 sleep_until(u64 deadline) {
  if (deadline > clock_monotonic()) {
    thread_block(deadline);
  }

  return 0;
}

static s64 call_nanosleep(struct frame *f) {
  return sleep_until(deadline_of((const struct timespec *)f->rdi, false, false));
}

static s64 call_clock_nanosleep(struct frame *f) {
  return sleep_until(deadline_of((const struct timespec *)f->rdx, f->rsi & TIMER_ABSTIME, f->rdi == CLOCK_REALTIME));
}

/* Nothing here ever becomes ready to be polled but the console, for output. */
static s64 poll(struct poll *polls, u64 count, u64 deadline) {
  s64 ready = 0;
  for (u64 i = 0; i < count; i++) {
    bool is_ignored = polls[i].fd > INT32_MAX;
    u32 found = file_is_open(polls[i].fd) ? polls[i].events & POLLOUT : POLLNVAL;
    polls[i].returned = (u16)(is_ignored ? 0 : found);
    ready += polls[i].returned != 0;
  }

  if (!ready) {
    sleep_until(deadline);
  }

  return ready;
}

static s64 call_poll(struct frame *f) {
  s64 milliseconds = (int)f->rdx;
  u64 deadline = milliseconds < 0 ? NEVER : clock_monotonic() + (u64)milliseconds * NANOSECONDS_PER_MILLISECOND;
  return poll((struct poll *)f->rdi, f->rsi, deadline);
}

static s64 call_ppoll(struct frame *f) {
  return poll((struct poll *)f->rdi, f->rsi, deadline_of((const struct timespec *)f->rdx, false, false));
}

const struct system_call time_calls[] = {
    {SYS_clock_gettime, call_clock_gettime}, {SYS_clock_getres, call_clock_getres}, {SYS_gettimeofday, call_gettimeofday},
    {SYS_time, call_time},                   {SYS_getrusage, call_getrusage},       {SYS_nanosleep, call_nanosleep},
    {SYS_clock_nanosleep, call_clock_nanosleep}, {SYS_poll, call_poll},             {SYS_ppoll, call_ppoll},
};
const u32 time_call_count = COUNT_OF(time_calls);
