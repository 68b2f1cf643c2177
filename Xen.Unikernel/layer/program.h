/* The program's first stack, as a Linux kernel would hand it to libc. */
#pragma once

#include "layer.h"

_Noreturn void program_start(void);
void program_stack(u64 *start, u64 *end);
