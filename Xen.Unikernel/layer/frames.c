/* Free frames are kept in blocks of 2^order, each order in a list that goes through the blocks themselves. A block's first and last words
   are guards: whoever writes to memory that was given back is found when the block is taken again. */
#include "frames.h"

#include "layout.h"
#include "memory_map.h"

#define GUARD 0x6b726175476e6558ul

struct block {
  u64 guard;
  struct block *previous, *next;
};

static struct block heads[FRAME_ORDERS];
/* For each frame: 1 + the order of the free block that begins there, or 0. */
static u8 *orders;
static u64 frame_count, free_count, total_count;

static u64 *last_word(struct block *block, u32 order) {
  return (u64 *)((u8 *)block + (PAGE_SIZE << order)) - 1;
}

static u64 guard_of(const struct block *block) {
  return GUARD ^ (u64)block;
}

static void insert(struct block *block, u32 order) {
  struct block *head = &heads[order];
  block->guard = guard_of(block);
  *last_word(block, order) = guard_of(block);
  block->previous = head;
  block->next = head->next;
  head->next->previous = block;
  head->next = block;
  orders[direct_physical(block) >> PAGE_SHIFT] = (u8)(order + 1);
}

static void unlink(struct block *block, u32 order) {
  if (block->guard != guard_of(block) || *last_word(block, order) != guard_of(block)) {
    panic("page pool: a free page at %lx was written to after it was given back", direct_physical(block));
  }

  block->previous->next = block->next;
  block->next->previous = block->previous;
  orders[direct_physical(block) >> PAGE_SHIFT] = 0;
}

void *frames_take(u32 order) {
  u32 found = order;
  while (found < FRAME_ORDERS && heads[found].next == &heads[found]) {
    found++;
  }

  if (found >= FRAME_ORDERS) {
    return NULL;
  }

  struct block *block = heads[found].next;
  unlink(block, found);
  while (found > order) {
    found--;
    insert((struct block *)((u8 *)block + (PAGE_SIZE << found)), found);
  }

  free_count -= 1ul << order;
  return block;
}

/* In a free block of any order: one that was given back may have joined its neighbours. */
static bool is_free(u64 frame) {
  for (u32 order = 0; order < FRAME_ORDERS; order++) {
    if (orders[frame & ~((1ul << order) - 1)] > order) {
      return true;
    }
  }

  return false;
}

void frames_give(void *address, u32 order) {
  u64 frame = direct_physical(address) >> PAGE_SHIFT;
  if (frame >= frame_count || is_free(frame) || frame & ((1ul << order) - 1)) {
    panic("page pool: %lx was given back, which is free already or was never taken", (u64)address);
  }

  free_count += 1ul << order;
  while (order + 1 < FRAME_ORDERS) {
    u64 buddy = frame ^ 1ul << order;
    if (buddy >= frame_count || orders[buddy] != order + 1) {
      break;
    }

    unlink(direct(buddy << PAGE_SHIFT), order);
    frame &= ~(1ul << order);
    order++;
  }

  insert(direct(frame << PAGE_SHIFT), order);
}

/* Gives back a run in the largest aligned blocks. */
void frames_give_run(void *address, u64 count) {
  u64 frame = direct_physical(address) >> PAGE_SHIFT;
  while (count) {
    u32 order = 0;
    while (order + 1 < FRAME_ORDERS && !(frame & 1ul << order) && 2ul << order <= count) {
      order++;
    }

    frames_give(direct(frame << PAGE_SHIFT), order);
    frame += 1ul << order;
    count -= 1ul << order;
  }
}

void *frames_take_run(u64 count) {
  u32 order = 0;
  while (order < FRAME_ORDERS && 1ul << order < count) {
    order++;
  }

  u8 *run = frames_take(order);
  if (run && count < 1ul << order) {
    frames_give_run(run + count * PAGE_SIZE, (1ul << order) - count);
  }

  return run;
}

void *frames_take_early(u64 size) {
  return memset(direct(memory_map_take(PAGE_UP(size))), 0, PAGE_UP(size));
}

void frames_start(void) {
  for (u32 i = 0; i < FRAME_ORDERS; i++) {
    heads[i].previous = heads[i].next = &heads[i];
  }

  frame_count = memory_map_end() >> PAGE_SHIFT;
  orders = frames_take_early(frame_count);
  struct range range;
  for (u32 i = 0; memory_map_free(i, &range); i++) {
    frames_give_run(direct(range.start), (range.end - range.start) >> PAGE_SHIFT);
  }

  total_count = free_count;
}

u64 frames_free(void) {
  return free_count;
}

u64 frames_total(void) {
  return total_count;
}
