/* Time: nanoseconds since boot, and since 1970. */
#pragma once

#include "layer.h"

void clock_start(void);
/* Never goes back. Callable from the program too: it takes no lock. */
u64 clock_monotonic(void);
u64 clock_realtime(void);
/* How far the time stamp counter goes in so many nanoseconds. */
u64 clock_to_tsc(u64 nanoseconds);

/* Linux's clocks and struct timespec, for the system calls and for the function that takes the place of libc's. */
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME 2
#define CLOCK_THREAD_CPUTIME 3
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_BOOTTIME 7

struct timespec {
  s64 seconds, nanoseconds;
};

static inline struct timespec timespec_of(u64 nanoseconds) {
  return (struct timespec){(s64)(nanoseconds / NANOSECONDS_PER_SECOND), (s64)(nanoseconds % NANOSECONDS_PER_SECOND)};
}

static inline bool clock_is_realtime(u32 clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}
