/* Page tables: one set for everything. */
#pragma once

#include "layer.h"

/* What one table of the last level covers. */
#define LARGE_SIZE 0x200000ul

#define PTE_PRESENT 1ul
#define PTE_WRITABLE 2ul
#define PTE_UNCACHED 0x18ul
#define PTE_LARGE 0x80ul
#define PTE_NO_EXECUTE (1ul << 63)
#define PTE_ADDRESS 0x000ffffffffff000ul

/* Makes the final tables and loads them: RAM at DIRECT_BASE without the image, the image where it was linked, without the guards of the layer's stacks;
   page 0 nowhere. */
void paging_start(void);
/* The entry of a 4 KiB page; makes the tables above it when they are missing. Null when there is no memory for them. */
u64 *paging_entry_made(u64 address);
/* Makes the tables of a range, so that its pages can come without any. False when there is no memory for them. */
bool paging_make_tables(u64 start, u64 end);
/* Gives the tables back that lie in a range whole, in which no page may be. */
void paging_drop_tables(u64 start, u64 end);
/* The same as paging_entry_made, or null when the tables are not there. */
u64 *paging_entry(u64 address);
/* Shows frames that are not RAM, or not in the tables yet, at DIRECT_BASE: writable, never executable. False when there is no memory for tables. */
bool paging_show(u64 physical, u64 size, u64 flags);
void paging_hide(u64 physical, u64 size);
/* True when all of a range can be read, which must not come round. */
bool paging_is_shown(u64 address, u64 size);
/* Flags of an entry for a protection as mmap has it. */
u64 paging_flags(u32 protection);
/* W^X, looked at entry by entry: how many pages can be both written and executed. */
u64 paging_count_writable_executable(void);
