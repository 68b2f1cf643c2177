#pragma once

#include "layer.h"

void random_start(void);
void random_fill(void *buffer, size_t length);
/* How many words the processor's own generator gave at boot; 0: only the time and the machine's state. */
u32 random_hardware_words(void);
