/* The local interrupt controller, for its timer only: one deadline, no tick. */
#pragma once

#include "layer.h"

void apic_start(void);
/* In clock_monotonic()'s time; NEVER for none. An interrupt may come sooner: whoever handles it looks at the time. */
void apic_set_deadline(u64 deadline);
void apic_end_interrupt(void);
/* The deadline has come: nothing is set any more. */
void apic_fired(void);
