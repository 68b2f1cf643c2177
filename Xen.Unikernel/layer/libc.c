/* Functions of libc that need no system call here. The linker takes these before those of the library. */
#include "clock.h"
#include "layer.h"
#include "numbers.h"

/* Those that the clock does not know: time that was used, which the scheduler knows. */
#define USED_TIME_CLOCKS (1u << CLOCK_PROCESS_CPUTIME | 1u << CLOCK_THREAD_CPUTIME)

/* Where this thread's errno is, by the name that musl and glibc both have. */
int *__errno_location(void);

static long clock_call(long number, long clock, struct timespec *time) {
  long result;
  __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(clock), "S"(time) : "rcx", "r11", "memory");
  return result;
}

int clock_gettime(int clock, struct timespec *time);
int clock_gettime(int clock, struct timespec *time) {
  if (clock < 0 || clock > CLOCK_BOOTTIME || USED_TIME_CLOCKS & 1u << clock) {
    long result = clock_call(SYS_clock_gettime, clock, time);
    if (result < 0) {
      *__errno_location() = (int)-result;
    }

    return result < 0 ? -1 : 0;
  }

  *time = timespec_of(clock_is_realtime((u32)clock) ? clock_realtime() : clock_monotonic());
  return 0;
}
