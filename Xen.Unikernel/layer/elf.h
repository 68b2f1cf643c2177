/* The image's own program headers. */
#pragma once

#include "layer.h"

#define ELF_LOAD 1
#define ELF_EXECUTE 1
#define ELF_WRITE 2
#define ELF_READ 4

struct elf_segment {
  u32 type, flags;
  u64 offset, address, physical, file_size, memory_size, alignment;
};

/* Null behind the last one. */
const struct elf_segment *elf_segment(u32 index);
u32 elf_segment_count(void);
/* Where the program begins: libc's _start. */
u64 elf_entry(void);
/* As mprotect has it. */
u32 elf_protection(const struct elf_segment *segment);
