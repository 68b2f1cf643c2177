/* The processor's tables: segments, interrupts, and the stacks that interrupts use. */
#pragma once

#include "layer.h"

#define SELECTOR_CODE 8
#define SELECTOR_DATA 16

void descriptors_start(void);
/* True for the first instruction of an interrupt's stub. */
bool descriptors_is_interrupt_stub(u64 address);
