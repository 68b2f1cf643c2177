#pragma once

#include "layer.h"

/* How often an interrupt was delivered twice (descriptors.c): 0 on a real machine. */
u64 traps_doubled_interrupts(void);
