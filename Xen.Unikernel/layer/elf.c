#include "elf.h"

#include "layout.h"
#include "vm.h"

struct elf_header {
  u8 identification[16];
  u16 type, machine;
  u32 version;
  u64 entry, segments_offset, sections_offset;
  u32 flags;
  u16 header_size, segment_size, segment_count;
};

static const struct elf_header *header(void) {
  return (const struct elf_header *)__ehdr_start;
}

const struct elf_segment *elf_segment(u32 index) {
  const struct elf_segment *segments = (const struct elf_segment *)(__ehdr_start + header()->segments_offset);
  return index < header()->segment_count ? &segments[index] : NULL;
}

u32 elf_segment_count(void) {
  return header()->segment_count;
}

u64 elf_entry(void) {
  return header()->entry;
}

u32 elf_protection(const struct elf_segment *segment) {
  return (segment->flags & ELF_READ ? PROT_READ : 0) | (segment->flags & ELF_WRITE ? PROT_WRITE : 0) |
         (segment->flags & ELF_EXECUTE ? PROT_EXEC : 0);
}
