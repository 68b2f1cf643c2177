/* What the loader hands over (xen-protocols 1.1). Xen.Platform reads it again for C#, in full. */
#pragma once

#include "layer.h"

/* Fills the memory map, and reserves what the start info and all it points to lie in. Before the final page tables. */
void start_info_read(u64 address);
const char *start_info_command_line(void);
u64 start_info_address(void);
