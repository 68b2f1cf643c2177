#pragma once

#include "layer.h"

void random_start(void);
void random_fill(void *buffer, size_t length);
/* A system call's share of it, as interrupts are off meanwhile: the count. */
s64 random_read(void *buffer, u64 length);
