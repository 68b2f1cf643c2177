/* The processor's tables: segments, interrupts, and the stacks that interrupts use. */
#pragma once

#include "layer.h"

#define SELECTOR_CODE 8
#define SELECTOR_DATA 16

void descriptors_start(void);
/* The pages below the stacks of exceptions, of interrupts and of boot, which nobody may touch: 0 behind the last one. */
u64 descriptors_guard(u32 index);
bool descriptors_is_guard(u64 address);
/* True for the first instruction of an interrupt's stub. */
bool descriptors_is_interrupt_stub(u64 address);
