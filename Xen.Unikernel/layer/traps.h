#pragma once

#include "layer.h"

/* With interrupts off: sleeps until one came and was handled. One that comes before the processor sleeps ends the sleep as well. */
void halt_until_interrupt(void);

/* How often an interrupt was delivered twice (descriptors.c): 0 on a real machine. */
u64 traps_doubled_interrupts(void);
/* How often one came between sti and hlt: 0 on a real machine. */
u64 traps_early_interrupts(void);
u64 traps_timer_interrupts(void);
