#include "abi.h"

#include "console.h"
#include "cpu.h"
#include "frames.h"
#include "layout.h"
#include "paging.h"
#include "random.h"
#include "start_info.h"
#include "syscalls.h"
#include "threads.h"
#include "traps.h"
#include "vm.h"
#include "xen.h"

void unikernel_get_info(struct unikernel_info *info) {
  *info = (struct unikernel_info){.start_info = start_info_address(), .is_xen = xen_is_present(), .direct_base = DIRECT_BASE};
  xen_window(&info->window_first_frame, &info->window_frames);
  console_ring(&info->console_frame, &info->console_port);
}

void unikernel_get_counters(struct unikernel_counters *counters) {
  u64 flags = interrupts_off();
  *counters = (struct unikernel_counters){frames_free(),      commit_charged(),   commit_limit(),            thread_count(), threads_idle_time(),
                                          syscalls_unknown(), console_dropped(), traps_doubled_interrupts(),
                                          traps_early_interrupts(),   traps_timer_interrupts()};
  interrupts_restore(flags);
}

u64 unikernel_count_writable_executable(void) {
  u64 flags = interrupts_off();
  u64 count = paging_count_writable_executable();
  interrupts_restore(flags);
  return count;
}

s64 unikernel_hypercall(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e) {
  return xen_hypercall(number, a, b, c, d, e);
}

void *unikernel_allocate_frames(u64 count) {
  u64 flags = interrupts_off();
  bool is_charged = commit_charge(count);
  void *run = is_charged ? frames_take_run(count) : NULL;
  if (is_charged && !run) {
    commit_release(count);
  }

  interrupts_restore(flags);
  return run;
}

void unikernel_free_frames(void *address, u64 count) {
  u64 flags = interrupts_off();
  frames_give_run(address, count);
  commit_release(count);
  interrupts_restore(flags);
}

void *unikernel_show_frames(u64 first, u64 count) {
  u64 flags = interrupts_off();
  bool is_shown = paging_show(first << PAGE_SHIFT, count << PAGE_SHIFT, 0);
  interrupts_restore(flags);
  return is_shown ? direct(first << PAGE_SHIFT) : NULL;
}

void unikernel_hide_frames(u64 first, u64 count) {
  u64 flags = interrupts_off();
  paging_hide(first << PAGE_SHIFT, count << PAGE_SHIFT);
  interrupts_restore(flags);
}

/* The image, which is not at DIRECT_BASE, is where it is. */
bool unikernel_read_physical(u64 address, void *buffer, u64 length) {
  u64 image_start = (u64)__ehdr_start, image_end = (u64)_end;
  if (address > PHYSICAL_END || length > PHYSICAL_END - address) {
    return false;
  }

  bool is_image = address >= image_start && address < image_end && length <= image_end - address;
  const void *at = is_image ? (const void *)address : direct(address);
  u64 flags = interrupts_off();
  bool is_there = paging_is_shown((u64)at, length);
  interrupts_restore(flags);
  if (is_there) {
    memcpy(buffer, at, length);
  }

  return is_there;
}

u64 unikernel_timestamp_counter(void) {
  return read_tsc();
}

void *unikernel_shared_info(void) {
  return xen_shared_info();
}

bool unikernel_take_upcall(void) {
  return xen_take_upcall();
}

void unikernel_wait(u64 deadline) {
  xen_wait(deadline);
}

void unikernel_wake(void) {
  xen_wake();
}

void unikernel_random(void *buffer, u64 length) {
  u64 flags = interrupts_off();
  random_fill(buffer, length);
  interrupts_restore(flags);
}

void unikernel_console_attach(void) {
  u64 flags = interrupts_off();
  console_attach();
  interrupts_restore(flags);
}

void unikernel_console_detach(const char *begun, u64 begun_length, const char *rest, u64 rest_length) {
  u64 flags = interrupts_off();
  console_detach(begun, begun_length, rest, rest_length);
  interrupts_restore(flags);
}

u64 unikernel_console_waiting(const char **text) {
  u64 flags = interrupts_off();
  u64 count = console_waiting(text);
  interrupts_restore(flags);
  return count;
}

void unikernel_console_advance(u64 count) {
  u64 flags = interrupts_off();
  console_advance(count);
  interrupts_restore(flags);
}

void unikernel_shutdown(u32 reason) {
  interrupts_off();
  console_take_back();
  console_drain();
  xen_shutdown(reason);
}
