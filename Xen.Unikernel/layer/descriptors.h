/* The processor's tables: segments, interrupts, and the stacks that interrupts use. */
#pragma once

#include "layer.h"

#define SELECTOR_CODE 8
#define SELECTOR_DATA 16

void descriptors_start(void);
/* True when the address is in one of the stacks of exceptions and interrupts, or in the one of boot. */
bool descriptors_is_layer_stack(u64 address);
