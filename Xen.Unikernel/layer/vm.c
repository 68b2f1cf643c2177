/* Mappings are a sorted array. A page comes when it is touched first (zeroed) and goes with its mapping. Memory is promised when a mapping
   becomes accessible, and gets its page tables then; what is promised never exceeds what there is, so touching it cannot fail. Stacks are the
   exception: below their beginning they are promised page by page, and a reserve is kept for them. */
#include "vm.h"

#include "cpu.h"
#include "elf.h"
#include "frames.h"
#include "layout.h"
#include "paging.h"

/* What each thread has for certain once it runs: hundreds of calls. Deeper ones are rare, and all of it for each thread would be most of a small guest. */
#define STACK_PROMISED 0x10000ul

enum kind { KIND_MEMORY, KIND_STACK, KIND_IMAGE };

struct mapping {
  u64 start, end;
  u8 protection;
  u8 kind;
  /* Once accessible, promised until it is unmapped. */
  bool is_charged;
};

static struct mapping *mappings;
static u32 mapping_count, mapping_capacity;
static u64 charged, limit;
static u64 break_end = BREAK_BASE;

bool commit_charge(u64 pages) {
  if (pages > limit || charged > limit - pages) {
    return false;
  }

  charged += pages;
  return true;
}

void commit_take(u64 pages) {
  charged += pages;
}

void commit_release(u64 pages) {
  charged -= pages;
}

u64 commit_charged(void) {
  return charged;
}

u64 commit_limit(void) {
  return limit;
}

u64 commit_available(void) {
  return charged < limit ? limit - charged : 0;
}

static u64 pages_of(u64 length) {
  return length >> PAGE_SHIFT;
}

/* The first mapping that ends behind the address. */
static u32 find(u64 address) {
  u32 low = 0, high = mapping_count;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (mappings[middle].end <= address) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }

  return low;
}

static struct mapping *mapping_at(u64 address) {
  u32 i = find(address);
  return i < mapping_count && mappings[i].start <= address ? &mappings[i] : NULL;
}

/* Room for as many more mappings as one call can add. */
static bool make_room(void) {
  if (mapping_count + 4 <= mapping_capacity) {
    return true;
  }

  u32 order = 0;
  while ((PAGE_SIZE << order) / sizeof(struct mapping) < 2ul * mapping_capacity) {
    order++;
  }

  struct mapping *larger = frames_take(order);
  if (!larger) {
    return false;
  }

  memcpy(larger, mappings, mapping_count * sizeof(struct mapping));
  if (mappings) {
    frames_give_run(mappings, PAGE_UP(mapping_capacity * sizeof(struct mapping)) >> PAGE_SHIFT);
  }

  mappings = larger;
  mapping_capacity = (u32)((PAGE_SIZE << order) / sizeof(struct mapping));
  return true;
}

static void insert(u32 index, struct mapping mapping) {
  memmove(&mappings[index + 1], &mappings[index], (mapping_count - index) * sizeof(struct mapping));
  mappings[index] = mapping;
  mapping_count++;
}

static void remove(u32 index, u32 count) {
  mapping_count -= count;
  memmove(&mappings[index], &mappings[index + count], (mapping_count - index) * sizeof(struct mapping));
}

static bool is_alike(const struct mapping *left, const struct mapping *right) {
  return left->end == right->start && left->protection == right->protection && left->kind == right->kind &&
         left->is_charged == right->is_charged && left->kind == KIND_MEMORY;
}

static void merge_around(u32 index) {
  if (index + 1 < mapping_count && is_alike(&mappings[index], &mappings[index + 1])) {
    mappings[index].end = mappings[index + 1].end;
    remove(index + 1, 1);
  }

  if (index > 0 && index < mapping_count && is_alike(&mappings[index - 1], &mappings[index])) {
    mappings[index - 1].end = mappings[index].end;
    remove(index, 1);
  }
}

/* Makes the address a border between mappings. */
static void split_at(u64 address) {
  u32 i = find(address);
  if (i < mapping_count && mappings[i].start < address) {
    struct mapping upper = mappings[i];
    upper.start = address;
    mappings[i].end = address;
    insert(i + 1, upper);
  }
}

/* The part of a stack whose pages are promised one by one. */
static bool grows(const struct mapping *mapping) {
  return mapping->kind == KIND_STACK && !mapping->is_charged;
}

static void drop_page(const struct mapping *mapping, u64 address) {
  u64 *entry = paging_entry(address);
  if (!entry || !(*entry & PTE_ADDRESS)) {
    return;
  }

  u64 physical = *entry & PTE_ADDRESS;
  *entry = 0;
  forget_page(address);
  frames_give(direct(physical), 0);
  if (grows(mapping)) {
    commit_release(1);
  }
}

static void drop_pages(const struct mapping *mapping, u64 start, u64 end) {
  u64 at = start;
  while (at < end) {
    /* A table that is not there covers 2 MiB of nothing. */
    if (!paging_entry(at)) {
      at = (at & ~(LARGE_SIZE - 1)) + LARGE_SIZE;
      continue;
    }

    drop_page(mapping, at);
    at += PAGE_SIZE;
  }
}

/* Page tables of [start, end), in which nothing is mapped any more, go as well, as far as they have no neighbours' pages. */
static void drop_tables(u64 start, u64 end) {
  u32 i = find(start);
  u64 gap_start = i > 0 ? mappings[i - 1].end : 0, gap_end = i < mapping_count ? mappings[i].start : MAP_END;
  u64 first = start & ~(LARGE_SIZE - 1), last = (end + LARGE_SIZE - 1) & ~(LARGE_SIZE - 1);
  paging_drop_tables(first > gap_start ? first : gap_start, last < gap_end ? last : gap_end);
}

s64 vm_unmap(u64 address, u64 length) {
  u64 end = PAGE_UP(address + length);
  if (address & PAGE_MASK || !length || end <= address) {
    return -EINVAL;
  }

  if (!make_room()) {
    return -ENOMEM;
  }

  split_at(address);
  split_at(end);
  u32 first = find(address), last = first;
  for (; last < mapping_count && mappings[last].start < end; last++) {
    if (mappings[last].kind == KIND_IMAGE) {
      return -EINVAL;
    }
  }

  for (u32 i = first; i < last; i++) {
    const struct mapping *mapping = &mappings[i];
    drop_pages(mapping, mapping->start, mapping->end);
    if (mapping->is_charged) {
      commit_release(pages_of(mapping->end - mapping->start));
    }
  }

  /* At once: one after another, each moving all behind it, a thousand took longer than their pages. */
  remove(first, last - first);
  drop_tables(address, end);
  return 0;
}

/* A page on either side stays empty: two mappings never touch by chance, so a run beyond the end of one is found. */
static u64 find_gap(u64 length) {
  u64 at = MAP_BASE;
  length += 2 * PAGE_SIZE;
  for (u32 i = find(at); i < mapping_count && mappings[i].start < MAP_END; i++) {
    if (mappings[i].start >= at && mappings[i].start - at >= length) {
      return at + PAGE_SIZE;
    }

    at = mappings[i].end > at ? mappings[i].end : at;
  }

  return at < MAP_END && MAP_END - at >= length ? at + PAGE_SIZE : 0;
}

static s64 place(u64 address, u64 length, u32 flags) {
  if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
    u64 gap = find_gap(length);
    return gap ? (s64)gap : -ENOMEM;
  }

  if (address & PAGE_MASK || address < BREAK_BASE || address + length > MAP_END || address + length < address) {
    return -EINVAL;
  }

  u32 i = find(address);
  if (i == mapping_count || mappings[i].start >= address + length) {
    return (s64)address;
  }

  if (flags & MAP_FIXED_NOREPLACE) {
    return -EEXIST;
  }

  s64 result = vm_unmap(address, length);
  return result < 0 ? result : (s64)address;
}

s64 vm_map(u64 address, u64 length, u32 protection, u32 flags) {
  length = PAGE_UP(length);
  if (!length || length > MAP_END - MAP_BASE) {
    return -EINVAL;
  }

  if ((protection & (PROT_WRITE | PROT_EXEC)) == (PROT_WRITE | PROT_EXEC)) {
    return -EACCES;
  }

  bool is_charged = protection;
  if (!make_room() || (is_charged && !commit_charge(pages_of(length)))) {
    return -ENOMEM;
  }

  s64 at = place(address, length, flags);
  if (at >= 0 && is_charged && !paging_make_tables((u64)at, (u64)at + length)) {
    at = -ENOMEM;
  }

  if (at < 0) {
    if (is_charged) {
      commit_release(pages_of(length));
    }

    return at;
  }

  u32 i = find((u64)at);
  insert(i, (struct mapping){(u64)at, (u64)at + length, (u8)protection, KIND_MEMORY, is_charged});
  merge_around(i);
  return at;
}

static void protect_pages(u64 start, u64 end, u32 protection) {
  for (u64 at = start; at < end; at += PAGE_SIZE) {
    u64 *entry = paging_entry(at);
    if (!entry) {
      at = (at & ~(LARGE_SIZE - 1)) + LARGE_SIZE - PAGE_SIZE;
      continue;
    }

    if (*entry & PTE_ADDRESS) {
      *entry = (*entry & PTE_ADDRESS) | paging_flags(protection);
      forget_page(at);
    }
  }
}

/* How many pages must be promised anew when [start, end) becomes accessible; minus an errno when a part of it is not mapped. */
static s64 pages_to_charge(u64 start, u64 end, u32 protection) {
  s64 pages = 0;
  u64 at = start;
  for (u32 i = find(start); at < end; i++) {
    if (i == mapping_count || mappings[i].start > at) {
      return -ENOMEM;
    }

    u64 until = mappings[i].end < end ? mappings[i].end : end;
    if (protection && mappings[i].kind == KIND_MEMORY && !mappings[i].is_charged) {
      pages += (s64)pages_of(until - at);
    }

    at = until;
  }

  return pages;
}

s64 vm_protect(u64 address, u64 length, u32 protection) {
  u64 end = PAGE_UP(address + length);
  if (address & PAGE_MASK || end < address) {
    return -EINVAL;
  }

  if ((protection & (PROT_WRITE | PROT_EXEC)) == (PROT_WRITE | PROT_EXEC)) {
    return -EACCES;
  }

  s64 pages = pages_to_charge(address, end, protection);
  if (pages < 0) {
    return pages;
  }

  if (!make_room() || !commit_charge((u64)pages)) {
    return -ENOMEM;
  }

  if (pages && !paging_make_tables(address, end)) {
    commit_release((u64)pages);
    return -ENOMEM;
  }

  split_at(address);
  split_at(end);
  u32 first = find(address), i = first;
  for (; i < mapping_count && mappings[i].start < end; i++) {
    mappings[i].protection = (u8)protection;
    mappings[i].is_charged |= protection && mappings[i].kind == KIND_MEMORY;
  }

  protect_pages(address, end, protection);
  while (i-- > first) {
    merge_around(i);
  }

  return 0;
}

s64 vm_advise(u64 address, u64 length, u32 advice) {
  u64 end = PAGE_UP(address + length);
  if (address & PAGE_MASK || end < address) {
    return -EINVAL;
  }

  if (advice != MADV_DONTNEED && advice != MADV_FREE) {
    return 0;
  }

  for (u32 i = find(address); i < mapping_count && mappings[i].start < end; i++) {
    const struct mapping *mapping = &mappings[i];
    if (mapping->kind != KIND_IMAGE) {
      drop_pages(mapping, mapping->start > address ? mapping->start : address, mapping->end < end ? mapping->end : end);
    }
  }

  return 0;
}

s64 vm_break(u64 address) {
  u64 wanted = PAGE_UP(address), now = PAGE_UP(break_end);
  if (address < BREAK_BASE || address > BREAK_BASE + BREAK_SIZE) {
    return (s64)break_end;
  }

  if (wanted > now && vm_map(now, wanted - now, PROT_READ | PROT_WRITE, MAP_FIXED) < 0) {
    return (s64)break_end;
  }

  if (wanted < now && vm_unmap(wanted, now - wanted) < 0) {
    return (s64)break_end;
  }

  break_end = address;
  return (s64)break_end;
}

void vm_mark_stack(u64 stack_pointer) {
  struct mapping *mapping = mapping_at(stack_pointer - 1);
  if (!mapping || mapping->kind != KIND_MEMORY || !mapping->is_charged || !make_room()) {
    return;
  }

  u32 i = find(stack_pointer - 1);
  mappings[i].kind = KIND_STACK;
  u64 promised = PAGE_DOWN(stack_pointer) - STACK_PROMISED;
  if (mappings[i].start >= promised) {
    return;
  }

  split_at(promised);
  mappings[i].is_charged = false;
  commit_release(pages_of(promised - mappings[i].start));
  for (u64 at = mappings[i].start; at < promised; at += PAGE_SIZE) {
    u64 *entry = paging_entry(at);
    commit_take(entry && *entry & PTE_ADDRESS);
  }
}

enum fault_result vm_fault(u64 address, bool is_write, bool is_execute) {
  struct mapping *mapping = mapping_at(address);
  if (!mapping) {
    return FAULT_NO_MAPPING;
  }

  u32 wanted = is_write ? PROT_WRITE : is_execute ? PROT_EXEC : PROT_READ;
  if (!(mapping->protection & wanted)) {
    return FAULT_FORBIDDEN;
  }

  u64 *entry = paging_entry_made(PAGE_DOWN(address));
  if (!entry || *entry & PTE_PRESENT) {
    return entry ? FAULT_RESOLVED : FAULT_NO_MEMORY;
  }

  /* The image's pages are all there, but for the guards of the layer's stacks. */
  if (mapping->kind == KIND_IMAGE) {
    return FAULT_NO_MAPPING;
  }

  void *page = frames_take(0);
  if (!page) {
    return FAULT_NO_MEMORY;
  }

  commit_take(grows(mapping));
  memset(page, 0, PAGE_SIZE);
  *entry = direct_physical(page) | paging_flags(mapping->protection);
  return FAULT_RESOLVED;
}

bool vm_bring_in(u64 address, u64 length) {
  for (u64 at = PAGE_DOWN(address); at < address + length; at += PAGE_SIZE) {
    u64 *entry = paging_entry(at);
    bool is_there = entry && *entry & PTE_PRESENT && *entry & PTE_WRITABLE;
    if (!is_there && vm_fault(at, true, false) != FAULT_RESOLVED) {
      return false;
    }
  }

  return true;
}

bool vm_is_stack_guard(u64 address) {
  u32 i = find(address);
  bool is_below_stack = i < mapping_count && mappings[i].kind == KIND_STACK && mappings[i].start > address && mappings[i].start - address <= 65536;
  bool is_guard = i + 1 < mapping_count && mappings[i].start <= address && !mappings[i].protection && mappings[i + 1].kind == KIND_STACK &&
                  mappings[i].end == mappings[i + 1].start;
  return is_below_stack || is_guard;
}

bool vm_find(u64 address, u64 *start, u64 *end) {
  const struct mapping *mapping = mapping_at(address);
  if (mapping) {
    *start = mapping->start;
    *end = mapping->end;
  }

  return mapping;
}

void vm_start(void) {
  make_room();
  const struct elf_segment *segment;
  for (u32 i = 0; (segment = elf_segment(i)); i++) {
    if (segment->type == ELF_LOAD) {
      u64 start = PAGE_DOWN(segment->address), end = PAGE_UP(segment->address + segment->memory_size);
      insert(find(start), (struct mapping){start, end, (u8)elf_protection(segment), KIND_IMAGE, false});
    }
  }

  /* What page tables, the list of mappings and the stacks' growth may need beyond what is promised. */
  u64 reserve = frames_free() / 32 + 64;
  limit = frames_free() > reserve ? frames_free() - reserve : 0;
}
