/* The information of a multiboot2 loader (its specification, 3.6), as a start info of version 1. Texts, memory map and RSDP stay where the loader
   put them, which may be anywhere in RAM: start_info.c reserves them. It runs on boot's own page tables alone, so it lies beside the header, in
   the page of the ELF headers, which is not executable later. */
#include "multiboot.h"

#include "layout.h"
#include "start_info.h"

#define MAGIC 0x36d76289u
#define SIZE_LIMIT 0x10000u
#define MODULES 16
#define TAG_ALIGNMENT 8u
#define BOOT __attribute__((section(".multiboot"), noinline))

enum { TAG_END = 0, TAG_COMMAND_LINE = 1, TAG_MODULE = 3, TAG_MEMORY_MAP = 6, TAG_RSDP_1 = 14, TAG_RSDP_2 = 15 };

struct information {
  u32 size, reserved;
};

struct tag {
  u32 type, size;
  union {
    char command_line[1];
    struct {
      u32 start, end;
      char command_line[1];
    } module;
    struct {
      u32 entry_size, entry_version;
      struct map_entry entries[];
    } map;
    u8 rsdp[20];
  };
};

static struct start_info info = {.magic = START_INFO_MAGIC, .version = 1};
static struct module modules[MODULES];

/* A tag of at least this size, whose last byte is a text's zero where it has a text. */
BOOT static void check(const struct tag *tag, size_t size, bool is_text) {
  if (tag->size < size || (is_text && ((const char *)tag)[tag->size - 1])) {
    panic("multiboot2: a tag of type %u has a wrong size, %u, or a text without an end", tag->type, tag->size);
  }
}

BOOT static void read_module(const struct tag *tag) {
  check(tag, offsetof(struct tag, module.command_line) + 1, true);
  if (info.module_count == MODULES || tag->module.end < tag->module.start) {
    panic("multiboot2: module %u, %x to %x: at most %u, and none ends before its start", info.module_count, tag->module.start, tag->module.end, MODULES);
  }

  modules[info.module_count++] =
      (struct module){tag->module.start, tag->module.end - tag->module.start, direct_physical(tag->module.command_line), 0};
  info.modules = (u64)modules;
}

BOOT static void read_map(const struct tag *tag) {
  check(tag, offsetof(struct tag, map.entries), false);
  if (tag->map.entry_size != sizeof(struct map_entry)) {
    panic("multiboot2: entries of the memory map have %u bytes, expected %lu", tag->map.entry_size, sizeof(struct map_entry));
  }

  info.memory_map = direct_physical(tag->map.entries);
  info.memory_map_count = (tag->size - (u32)offsetof(struct tag, map.entries)) / (u32)sizeof(struct map_entry);
}

BOOT static void read_tag(const struct tag *tag) {
  switch (tag->type) {
  case TAG_COMMAND_LINE:
    check(tag, offsetof(struct tag, command_line) + 1, true);
    info.command_line = direct_physical(tag->command_line);
    break;
  case TAG_MODULE: read_module(tag); break;
  case TAG_MEMORY_MAP: read_map(tag); break;
  case TAG_RSDP_1:
  case TAG_RSDP_2:
    check(tag, offsetof(struct tag, rsdp) + sizeof tag->rsdp, false);
    info.rsdp = direct_physical(tag->rsdp);
    break;
  default: break;
  }
}

BOOT u64 multiboot_start_info(u32 magic, u64 address) {
  const struct information *all = direct(address);
  bool is_in_image = address < (u64)_end && address + SIZE_LIMIT > (u64)__ehdr_start;
  if (magic != MAGIC || address & (TAG_ALIGNMENT - 1) || address > REACHABLE - SIZE_LIMIT || is_in_image || all->size > SIZE_LIMIT) {
    panic("multiboot2: magic %x, information at %lx of %u bytes: expected %x, 8-byte alignment, %u bytes at most, not in the image", magic, address,
          all->size, MAGIC, SIZE_LIMIT);
  }

  const struct tag *tag;
  for (u32 at = sizeof *all; true; at += (tag->size + TAG_ALIGNMENT - 1) & ~(TAG_ALIGNMENT - 1)) {
    tag = direct(address + at);
    if (at + offsetof(struct tag, command_line) > all->size || tag->size < offsetof(struct tag, command_line) || tag->size > all->size - at) {
      panic("multiboot2: no whole tag at %u of %u bytes", at, all->size);
    }

    if (tag->type == TAG_END) {
      return (u64)&info;
    }

    read_tag(tag);
  }
}
