/* Time: nanoseconds since boot, and since 1970. */
#pragma once

#include "layer.h"

void clock_start(void);
/* Never goes back. Callable from the program too: it takes no lock. */
u64 clock_monotonic(void);
u64 clock_realtime(void);
/* How far the time stamp counter goes in so many nanoseconds. */
u64 clock_to_tsc(u64 nanoseconds);
