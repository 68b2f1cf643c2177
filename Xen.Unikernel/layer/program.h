/* The program's first stack, as a Linux kernel would hand it to libc. */
#pragma once

#include "layer.h"

/* Of the first thread; the linker is told the same for the others (XenThreadStackBytes). */
#define PROGRAM_STACK_SIZE 0x180000ul

_Noreturn void program_start(void);
void program_stack(u64 *start, u64 *end);
