#pragma once

#include "frame.h"
#include "layer.h"

/* SYSCALL works from ring 0 too: libc stays as it is. */
void syscalls_start(void);
/* How many calls there were of numbers that are not there. */
u64 syscalls_unknown(void);
