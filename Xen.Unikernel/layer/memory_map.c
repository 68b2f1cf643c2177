/* The memory map in the layer's own form: sorted ranges of RAM that do not touch. Xen.Platform's MemoryMap does the same for C#, with every
   type kept; here only RAM counts. */
#include "memory_map.h"

#include "layout.h"

/* No list has more ranges than the loader's map has entries, of which start_info.c takes 256 at most: each begins one range at most, and what is
   not RAM cuts one range of RAM in two at most. What is reserved may cut more, and then free memory is lost, not used twice. */
#define RANGES 256
#define BOOT_TABLES_END 0x100000000ul

struct ranges {
  struct range entries[RANGES];
  u32 count;
};

static struct ranges ram, unusable, free_ram;
static u64 top;

static u64 end_of(u64 address, u64 size) {
  return address + size < address ? UINT64_MAX : address + size;
}

static u64 page_up(u64 address) {
  return PAGE_UP(address) < address ? UINT64_MAX : PAGE_UP(address);
}

static void append(struct ranges *ranges, u64 start, u64 end) {
  if (start < end && ranges->count < RANGES) {
    ranges->entries[ranges->count++] = (struct range){start, end};
  }
}

static void remove_at(struct ranges *ranges, u32 index) {
  ranges->count--;
  memmove(&ranges->entries[index], &ranges->entries[index + 1], (ranges->count - index) * sizeof(struct range));
}

/* Cuts [start, end) out of all ranges. */
static void subtract(struct ranges *ranges, u64 start, u64 end) {
  for (u32 i = 0; i < ranges->count;) {
    struct range old = ranges->entries[i];
    if (old.end <= start || old.start >= end) {
      i++;
      continue;
    }

    remove_at(ranges, i);
    append(ranges, old.start, start < old.start ? old.start : start);
    append(ranges, end > old.end ? old.end : end, old.end);
  }
}

static void sort(struct ranges *ranges) {
  for (u32 i = 1; i < ranges->count; i++) {
    struct range moving = ranges->entries[i];
    u32 at = i;
    while (at && ranges->entries[at - 1].start > moving.start) {
      ranges->entries[at] = ranges->entries[at - 1];
      at--;
    }

    ranges->entries[at] = moving;
  }
}

static void merge(struct ranges *ranges) {
  for (u32 i = 0; i + 1 < ranges->count;) {
    struct range *first = &ranges->entries[i], *second = first + 1;
    if (second->start > first->end) {
      i++;
      continue;
    }

    first->end = second->end > first->end ? second->end : first->end;
    remove_at(ranges, i + 1);
  }
}

void memory_map_add(u64 address, u64 size, u32 type) {
  u64 end = end_of(address, size);
  top = end > top && end < 1ul << 52 ? end : top;
  if (type == MEMORY_RAM) {
    append(&ram, page_up(address), PAGE_DOWN(end));
  } else {
    append(&unusable, PAGE_DOWN(address), page_up(end));
  }
}

void memory_map_finish(void) {
  sort(&ram);
  merge(&ram);
  for (u32 i = 0; i < unusable.count; i++) {
    subtract(&ram, unusable.entries[i].start, unusable.entries[i].end);
  }

  sort(&ram);
  free_ram = ram;
  /* Address 0 is nobody's. */
  memory_map_reserve(0, PAGE_SIZE);
}

void memory_map_reserve(u64 address, u64 size) {
  subtract(&free_ram, PAGE_DOWN(address), page_up(end_of(address, size)));
  sort(&free_ram);
}

u64 memory_map_take(u64 size) {
  for (u32 i = free_ram.count; i--;) {
    struct range *range = &free_ram.entries[i];
    u64 end = range->end < BOOT_TABLES_END ? range->end : BOOT_TABLES_END;
    if (end > range->start && end - range->start >= size) {
      memory_map_reserve(end - size, size);
      return end - size;
    }
  }

  panic("no %lu bytes of memory next to each other below 4 GiB at boot", size);
}

u64 memory_map_end(void) {
  return ram.count ? ram.entries[ram.count - 1].end : 0;
}

u64 memory_map_top(void) {
  return top;
}

bool memory_map_free(u32 index, struct range *range) {
  *range = free_ram.entries[index < free_ram.count ? index : 0];
  return index < free_ram.count;
}

bool memory_map_ram(u32 index, struct range *range) {
  *range = ram.entries[index < ram.count ? index : 0];
  return index < ram.count;
}
