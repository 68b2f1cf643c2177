/* Page frames of RAM: a buddy allocator. Interrupts are off in all of it. */
#pragma once

#include "layer.h"

/* The largest block has 64 MiB. */
#define FRAME_ORDERS 15

/* A run of RAM, [start, end), page aligned. */
struct range {
  u64 start, end;
};

/* Takes memory before the allocator is there, for good. Zeroed. */
void *frames_take_early(u64 size);
/* Hands all free RAM over to the allocator. */
void frames_start(void);
/* 2^order frames next to each other, aligned to that; their content is undefined. Null when there are none. */
void *frames_take(u32 order);
void frames_give(void *address, u32 order);
/* Any number of frames next to each other. */
void *frames_take_run(u64 count);
void frames_give_run(void *address, u64 count);
u64 frames_free(void);
u64 frames_total(void);
