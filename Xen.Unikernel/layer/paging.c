/* Four levels, 4 KiB pages, and 2 MiB pages for RAM at DIRECT_BASE. Upper levels allow everything; an entry of the last level says what a
   page may do. */
#include "paging.h"

#include "cpu.h"
#include "descriptors.h"
#include "elf.h"
#include "frames.h"
#include "layout.h"
#include "memory_map.h"
#include "vm.h"

#define ENTRIES 512
#define LEVELS 4

static u64 *root;
static bool is_started;

static u64 *new_table(void) {
  if (!is_started) {
    return frames_take_early(PAGE_SIZE);
  }

  void *table = frames_take(0);
  if (!table) {
    return NULL;
  }

  commit_take(1);
  return memset(table, 0, PAGE_SIZE);
}

/* Walks down to a level: 1 for the entries of 4 KiB pages, 2 for those of 2 MiB. */
static u64 *walk(u64 address, u32 level, bool make) {
  u64 *table = root;
  for (u32 i = LEVELS; i > level; i--) {
    u64 *entry = &table[address >> (PAGE_SHIFT + 9 * (i - 1)) & (ENTRIES - 1)];
    if (!(*entry & PTE_PRESENT)) {
      u64 *below = make ? new_table() : NULL;
      if (!below) {
        return NULL;
      }

      *entry = direct_physical(below) | PTE_PRESENT | PTE_WRITABLE;
    } else if (*entry & PTE_LARGE) {
      return NULL;
    }

    table = direct(*entry & PTE_ADDRESS);
  }

  return &table[address >> (PAGE_SHIFT + 9 * (level - 1)) & (ENTRIES - 1)];
}

u64 *paging_entry_made(u64 address) {
  return walk(address, 1, true);
}

u64 *paging_entry(u64 address) {
  return walk(address, 1, false);
}

bool paging_make_tables(u64 start, u64 end) {
  for (u64 at = start & ~(LARGE_SIZE - 1); at < end; at += LARGE_SIZE) {
    if (!paging_entry_made(at)) {
      return false;
    }
  }

  return true;
}

void paging_drop_tables(u64 start, u64 end) {
  for (u64 at = (start + LARGE_SIZE - 1) & ~(LARGE_SIZE - 1); at + LARGE_SIZE <= end; at += LARGE_SIZE) {
    u64 *entry = walk(at, 2, false);
    if (entry && *entry & PTE_PRESENT) {
      frames_give(direct(*entry & PTE_ADDRESS), 0);
      commit_release(1);
      *entry = 0;
      forget_page(at);
    }
  }
}

u64 paging_flags(u32 protection) {
  if (!(protection & (PROT_READ | PROT_WRITE | PROT_EXEC))) {
    return 0;
  }

  return PTE_PRESENT | (protection & PROT_WRITE ? PTE_WRITABLE : 0) | (protection & PROT_EXEC ? 0 : PTE_NO_EXECUTE);
}

bool paging_show(u64 physical, u64 size, u64 flags) {
  for (u64 at = PAGE_DOWN(physical); at < physical + size; at += PAGE_SIZE) {
    u64 address = (u64)direct(at);
    u64 *entry = paging_entry_made(address);
    if (!entry) {
      return false;
    }

    *entry = at | PTE_PRESENT | PTE_WRITABLE | PTE_NO_EXECUTE | flags;
    forget_page(address);
  }

  return true;
}

void paging_hide(u64 physical, u64 size) {
  for (u64 at = PAGE_DOWN(physical); at < physical + size; at += PAGE_SIZE) {
    u64 *entry = paging_entry((u64)direct(at));
    if (entry) {
      *entry = 0;
      forget_page((u64)direct(at));
    }
  }
}

static bool is_page_shown(u64 address) {
  u64 *large = walk(address, 2, false);
  if (large && *large & PTE_LARGE) {
    return *large & PTE_PRESENT;
  }

  u64 *entry = paging_entry(address);
  return entry && *entry & PTE_PRESENT;
}

bool paging_is_shown(u64 address, u64 size) {
  for (u64 at = PAGE_DOWN(address); at < address + size; at += PAGE_SIZE) {
    if (!is_page_shown(at)) {
      return false;
    }
  }

  return true;
}

/* RAM without the image: its code must not be writable at a second address. */
static void show_ram(struct range range) {
  u64 image_start = PAGE_DOWN(__ehdr_start), image_end = PAGE_UP(_end);
  u64 at = range.start;
  while (at < range.end) {
    bool is_image = at >= image_start && at < image_end;
    bool is_large = !(at & (LARGE_SIZE - 1)) && at + LARGE_SIZE <= range.end && (at >= image_end || at + LARGE_SIZE <= image_start);
    if (is_image) {
      at = image_end;
    } else if (is_large) {
      *walk((u64)direct(at), 2, true) = at | PTE_PRESENT | PTE_WRITABLE | PTE_LARGE | PTE_NO_EXECUTE;
      at += LARGE_SIZE;
    } else {
      paging_show(at, PAGE_SIZE, 0);
      at += PAGE_SIZE;
    }
  }
}

static void show_segment(const struct elf_segment *segment) {
  u64 flags = paging_flags(elf_protection(segment));
  for (u64 at = PAGE_DOWN(segment->address); at < segment->address + segment->memory_size; at += PAGE_SIZE) {
    *paging_entry_made(at) = at | flags;
  }
}

void paging_start(void) {
  root = new_table();
  struct range range;
  for (u32 i = 0; memory_map_ram(i, &range); i++) {
    show_ram(range);
  }

  const struct elf_segment *segment;
  for (u32 i = 0; (segment = elf_segment(i)); i++) {
    if (segment->type == ELF_LOAD) {
      show_segment(segment);
    }
  }

  u64 guard;
  for (u32 i = 0; (guard = descriptors_guard(i)); i++) {
    *paging_entry(guard) = 0;
  }

  write_cr3(direct_physical(root));
  is_started = true;
}

static u64 count(u64 *table, u32 level) {
  u64 found = 0;
  for (u32 i = 0; i < ENTRIES; i++) {
    u64 entry = table[i];
    if (!(entry & PTE_PRESENT)) {
      continue;
    }

    if (level > 1 && !(entry & PTE_LARGE)) {
      found += count(direct(entry & PTE_ADDRESS), level - 1);
    } else if (entry & PTE_WRITABLE && !(entry & PTE_NO_EXECUTE)) {
      found++;
    }
  }

  return found;
}

u64 paging_count_writable_executable(void) {
  return count(root, LEVELS);
}
