#pragma once

#include "layer.h"

void random_start(void);
void random_fill(void *buffer, size_t length);
