/* Xen below: hypercalls, the shared page, upcalls. C# does the rest through the same hypercalls. */
#pragma once

#include "layer.h"
#include "threads.h"

#define HYPERCALL_MEMORY 12
#define HYPERCALL_CONSOLE_IO 18
#define HYPERCALL_SCHED 29
#define HYPERCALL_EVENT_CHANNEL 32
#define HYPERCALL_HVM 34

#define HVM_PARAM_CALLBACK_IRQ 0
#define HVM_PARAM_CONSOLE_PFN 17
#define HVM_PARAM_CONSOLE_EVTCHN 18

#define SHUTDOWN_POWEROFF 0
#define SHUTDOWN_CRASH 3

/* xen-protocols 1.3 */
struct vcpu_time_info {
  u32 version, padding;
  u64 tsc_timestamp, system_time;
  u32 tsc_to_system_mul;
  int8_t tsc_shift;
  u8 flags, padding2[2];
};

/* By CPUID, before anything else of Xen is asked. */
void xen_detect(void);
bool xen_is_present(void);
/* Places the shared page and asks for upcalls. The page tables must be the final ones. */
void xen_start(void);
s64 xen_hypercall(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e);
/* 0 when Xen refuses. */
u64 xen_parameter(u32 index);
void xen_notify(u32 port);
void xen_yield(void);
/* Ends the domain; without Xen, the machine. */
_Noreturn void xen_shutdown(u32 reason);
u32 xen_tsc_khz(void);
const volatile struct vcpu_time_info *xen_time_info(void);
/* Nanoseconds since 1970 when the domain's time was 0. */
u64 xen_wall_clock(void);
/* XENMEM_memory_map into the layer's map; false when Xen has none. */
bool xen_memory_map(void);
/* Frame numbers that nothing lies behind, for pages of Xen and of other domains. */
void xen_window(u64 *first_frame, u64 *count);
void *xen_shared_info(void);

/* The upcall's interrupt. */
void xen_upcall(void);
/* True when an upcall came since it was asked last. */
bool xen_take_upcall(void);
/* Blocks the caller until an upcall or xen_wake(), or the deadline. */
void xen_wait(u64 deadline);
void xen_wake(void);
