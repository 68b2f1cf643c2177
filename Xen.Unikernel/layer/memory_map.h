/* Which physical memory is RAM, and which of it is free at boot. */
#pragma once

#include "frames.h"

#define MEMORY_RAM 1

/* Adds an entry as the loader gave it: in any order, overlapping or not. RAM is rounded inwards, everything else outwards, and wins. */
void memory_map_add(u64 address, u64 size, u32 type);
/* Sorts, subtracts, merges. */
void memory_map_finish(void);
/* Takes away what something already lies in. */
void memory_map_reserve(u64 address, u64 size);
/* Takes pages for good, below 4 GiB: what boot's own page tables show. */
u64 memory_map_take(u64 size);
/* The end of the highest RAM. */
u64 memory_map_end(void);
/* The highest end of anything, RAM or not. */
u64 memory_map_top(void);
/* The free RAM, range by range; false behind the last one. */
bool memory_map_free(u32 index, struct range *range);
/* All RAM, whether free or not. */
bool memory_map_ram(u32 index, struct range *range);
