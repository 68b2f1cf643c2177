/* Where things are in the one address space. docs/unikernel.md has the same table. */
#pragma once

#include "layer.h"

/* All memory and the frames that Xen shows us, by physical address; writable and never executable. */
#define DIRECT_BASE 0xffff800000000000ul
#define PHYSICAL_END (1ul << 46)
/* Kernel stacks of threads, each below a page that is not there. */
#define STACKS_BASE 0xffffc00000000000ul
#define STACKS_SIZE 0x4000000ul
/* brk */
#define BREAK_BASE 0x0000100000000000ul
#define BREAK_SIZE 0x0000000040000000ul
/* mmap */
#define MAP_BASE 0x0000200000000000ul
#define MAP_END 0x0000700000000000ul

static inline void *direct(u64 physical) {
  return (void *)(DIRECT_BASE + physical);
}

static inline u64 direct_physical(const void *address) {
  return (u64)address - DIRECT_BASE;
}

/* From the linker: the image, which the linker placed at its physical address. */
extern const u8 __ehdr_start[];
extern u8 _end[];
