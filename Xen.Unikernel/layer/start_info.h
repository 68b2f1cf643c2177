/* What the loader hands over (xen-protocols 1.1). Xen.Platform reads it again for C#, in full. */
#pragma once

#include "layer.h"

#define START_INFO_MAGIC 0x336ec578u
/* Boot's own page tables show no more. */
#define REACHABLE 0x100000000ul

struct start_info {
  u32 magic, version, flags, module_count;
  u64 modules, command_line, rsdp;
  /* From version 1 on. */
  u64 memory_map;
  u32 memory_map_count, reserved;
};

struct module {
  u64 address, size, command_line, reserved;
};

struct map_entry {
  u64 address, size;
  u32 type, reserved;
};

/* Fills the memory map, and reserves what the start info and all it points to lie in. Before the final page tables. */
void start_info_read(u64 address);
const char *start_info_command_line(void);
u64 start_info_address(void);
