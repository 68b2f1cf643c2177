/* What C# calls, directly and in its own thread. Xen.Unikernel/Layer.cs has the same list. */
#pragma once

#include "layer.h"

struct unikernel_info {
  u64 start_info;
  u64 window_first_frame, window_frames;
  u64 console_frame;
  u32 console_port;
  u32 is_xen;
  u64 direct_base;
};

struct unikernel_counters {
  u64 free_frames, committed_pages, commit_limit_pages, threads, idle_nanoseconds, unknown_calls, console_dropped, doubled_interrupts,
      early_interrupts, timer_interrupts;
};

void unikernel_get_info(struct unikernel_info *info);
void unikernel_get_counters(struct unikernel_counters *counters);
/* W^X, looked at entry by entry: how many pages can be both written and executed. Walks all page tables. */
u64 unikernel_count_writable_executable(void);
s64 unikernel_hypercall(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e);
/* Null when there are not so many next to each other, or all memory is promised. */
void *unikernel_allocate_frames(u64 count);
void unikernel_free_frames(void *address, u64 count);
/* Shows frames that are not RAM: never executable. Null when there is no memory for page tables. */
void *unikernel_show_frames(u64 first, u64 count);
void unikernel_hide_frames(u64 first, u64 count);
/* Copies physical memory; false when a part of it is not there. */
bool unikernel_read_physical(u64 address, void *buffer, u64 length);
u64 unikernel_timestamp_counter(void);
void *unikernel_shared_info(void);
bool unikernel_take_upcall(void);
void unikernel_wait(u64 deadline);
void unikernel_wake(void);
void unikernel_random(void *buffer, u64 length);
/* console.h */
void unikernel_console_attach(void);
void unikernel_console_detach(const char *begun, u64 begun_length, const char *rest, u64 rest_length);
u64 unikernel_console_waiting(const char **text);
void unikernel_console_advance(u64 count);
_Noreturn void unikernel_shutdown(u32 reason);
