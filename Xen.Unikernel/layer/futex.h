#pragma once

#include "threads.h"

/* Results as the system call has them. */
s64 futex_wait(u64 address, u32 expected, u64 deadline, u32 bits);
s64 futex_wake(u64 address, u32 count, u32 bits);
s64 futex_requeue(u64 address, u32 wake, u32 requeue, u64 other, bool is_compared, u32 expected);
/* A sleeper's deadline has come: it leaves its queue. */
void futex_forget(struct thread *thread);
