#include "xen.h"

#include "clock.h"
#include "console.h"
#include "cpu.h"
#include "frame.h"
#include "layout.h"
#include "memory_map.h"
#include "paging.h"

#define CPUID_FIRST 0x40000000u
#define CPUID_LAST 0x40010000u
#define CPUID_STEP 0x100u
#define SIGNATURE_B 0x566e6558u
#define SIGNATURE_C 0x65584d4du
#define SIGNATURE_D 0x4d4d566eu
#define AMD_B 0x68747541u
#define HYGON_B 0x6f677948u

#define XENMEM_ADD_TO_PHYSMAP 7
#define XENMEM_MEMORY_MAP 9
#define XENMAPSPACE_SHARED_INFO 0
#define HVMOP_SET_PARAM 0
#define HVMOP_GET_PARAM 1
#define SCHEDOP_YIELD 0
#define SCHEDOP_SHUTDOWN 2
#define EVTCHNOP_SEND 4
#define DOMID_SELF 0x7ff0
#define CALLBACK_VECTOR (2ul << 56)

#define WINDOW_ALIGNMENT 0x40000000ul
#define WINDOW_FRAMES 0x40000ul
#define MAP_ENTRIES 128

struct vcpu_info {
  u8 upcall_pending, upcall_mask, padding[6];
  u64 pending_selector, arch[2];
  struct vcpu_time_info time;
};

struct shared_info {
  struct vcpu_info vcpus[32];
  u64 pending[64], mask[64];
  u32 wall_version, wall_seconds, wall_nanoseconds, wall_seconds_high;
};

_Static_assert(offsetof(struct shared_info, wall_version) == 3072, "shared_info");

struct parameter {
  u16 domain, padding;
  u32 index;
  u64 value;
};

struct e820_entry {
  u64 address, size;
  u32 type;
} __attribute__((packed));

static u32 cpuid_base;
static bool is_svm;
static volatile struct shared_info *shared;
static u64 window_first;
static volatile bool has_upcall, is_woken;
static struct thread *waiting;

void xen_detect(void) {
  u32 vendor = cpuid(0, 0).ebx;
  is_svm = vendor == AMD_B || vendor == HYGON_B;
  for (u32 base = CPUID_FIRST; base < CPUID_LAST; base += CPUID_STEP) {
    struct cpuid r = cpuid(base, 0);
    if (r.ebx == SIGNATURE_B && r.ecx == SIGNATURE_C && r.edx == SIGNATURE_D) {
      cpuid_base = base;
      return;
    }
  }
}

bool xen_is_present(void) {
  return cpuid_base;
}

/* The instruction itself and not Xen's page of calls: an indirect call would go around the processor's protections (XSA-466). Two vendors have SVM;
   all others, Intel, Centaur and Zhaoxin, VMX. */
s64 xen_hypercall(u64 number, u64 a, u64 b, u64 c, u64 d, u64 e) {
  register u64 r10 __asm__("r10") = d;
  register u64 r8 __asm__("r8") = e;
  s64 result;
  if (is_svm) {
    __asm__ volatile("vmmcall" : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8) : "a"(number) : "memory", "rcx", "r9", "r11");
  } else {
    __asm__ volatile("vmcall" : "=a"(result), "+D"(a), "+S"(b), "+d"(c), "+r"(r10), "+r"(r8) : "a"(number) : "memory", "rcx", "r9", "r11");
  }

  return result;
}

u64 xen_parameter(u32 index) {
  struct parameter parameter = {.domain = DOMID_SELF, .index = index};
  s64 result = xen_is_present() ? xen_hypercall(HYPERCALL_HVM, HVMOP_GET_PARAM, (u64)&parameter, 0, 0, 0) : -ENOSYS;
  return result < 0 ? 0 : parameter.value;
}

static s64 set_parameter(u32 index, u64 value) {
  struct parameter parameter = {.domain = DOMID_SELF, .index = index, .value = value};
  return xen_hypercall(HYPERCALL_HVM, HVMOP_SET_PARAM, (u64)&parameter, 0, 0, 0);
}

void xen_notify(u32 port) {
  xen_hypercall(HYPERCALL_EVENT_CHANNEL, EVTCHNOP_SEND, (u64)&port, 0, 0, 0);
}

void xen_yield(void) {
  if (xen_is_present()) {
    xen_hypercall(HYPERCALL_SCHED, SCHEDOP_YIELD, 0, 0, 0, 0);
  } else {
    pause_briefly();
  }
}

void xen_shutdown(u32 reason) {
  if (xen_is_present()) {
    xen_hypercall(HYPERCALL_SCHED, SCHEDOP_SHUTDOWN, (u64)&reason, 0, 0, 0);
  }

  /* Without Xen: the way out of QEMU when it was started with isa-debug-exit, else a reset by the keyboard's controller. */
  out8(0xf4, (u8)reason);
  out8(0x64, 0xfe);
  while (true) {
    __asm__ volatile("cli; hlt");
  }
}

u32 xen_tsc_khz(void) {
  return cpuid(cpuid_base + 3, 0).ecx;
}

const volatile struct vcpu_time_info *xen_time_info(void) {
  return &shared->vcpus[0].time;
}

u64 xen_wall_clock(void) {
  u32 version;
  u64 seconds, nanoseconds;
  do {
    version = shared->wall_version;
    barrier(); /* partner: Xen writes the version before and after the rest */
    seconds = shared->wall_seconds | (u64)shared->wall_seconds_high << 32;
    nanoseconds = shared->wall_nanoseconds;
    barrier();
  } while (version & 1 || version != shared->wall_version);
  return seconds * NANOSECONDS_PER_SECOND + nanoseconds;
}

bool xen_memory_map(void) {
  static struct e820_entry entries[MAP_ENTRIES];
  struct {
    u32 count, padding;
    u64 buffer;
  } map = {.count = MAP_ENTRIES, .buffer = (u64)entries};
  if (!xen_is_present() || xen_hypercall(HYPERCALL_MEMORY, XENMEM_MEMORY_MAP, (u64)&map, 0, 0, 0) < 0) {
    return false;
  }

  for (u32 i = 0; i < map.count && i < MAP_ENTRIES; i++) {
    memory_map_add(entries[i].address, entries[i].size, entries[i].type);
  }

  return map.count;
}

static void place_shared_info(u64 frame) {
  struct {
    u16 domain, size;
    u32 space;
    u64 index, frame;
  } argument = {.domain = DOMID_SELF, .space = XENMAPSPACE_SHARED_INFO, .frame = frame};
  s64 result = xen_hypercall(HYPERCALL_MEMORY, XENMEM_ADD_TO_PHYSMAP, (u64)&argument, 0, 0, 0);
  if (result < 0 || !paging_show(frame << PAGE_SHIFT, PAGE_SIZE, 0)) {
    panic("Xen did not place the shared info page at frame %lx: %ld", frame, result);
  }

  shared = direct(frame << PAGE_SHIFT);
}

void xen_start(void) {
  if (!xen_is_present()) {
    return;
  }

  u64 top = memory_map_top() > 0x100000000ul ? memory_map_top() : 0x100000000ul;
  window_first = ((top + WINDOW_ALIGNMENT - 1) & ~(WINDOW_ALIGNMENT - 1)) >> PAGE_SHIFT;
  place_shared_info(window_first);
  /* Also tells Xen that this is a 64-bit guest: it looks at the caller's mode here. */
  if (set_parameter(HVM_PARAM_CALLBACK_IRQ, CALLBACK_VECTOR | VECTOR_UPCALL) < 0) {
    panic("Xen did not accept an upcall vector");
  }
}

void xen_window(u64 *first_frame, u64 *count) {
  *first_frame = xen_is_present() ? window_first + 1 : 0;
  *count = xen_is_present() ? WINDOW_FRAMES - 1 : 0;
}

void *xen_shared_info(void) {
  return (void *)shared;
}

void xen_upcall(void) {
  /* Level triggered: while this is set, the processor comes back here. Before C# looks, so an event that comes now raises it again. */
  shared->vcpus[0].upcall_pending = 0;
  has_upcall = true;
  if (waiting) {
    thread_wake_first(waiting);
  }
}

/* C# calls it with interrupts on: one step, or an upcall between the look and the clearing would be lost. */
bool xen_take_upcall(void) {
  return __atomic_exchange_n(&has_upcall, false, __ATOMIC_ACQ_REL);
}

void xen_wait(u64 deadline) {
  u64 flags = interrupts_off();
  if (!has_upcall && !is_woken && deadline > clock_monotonic()) {
    waiting = thread_current;
    thread_block(deadline);
    waiting = NULL;
  }

  is_woken = false;
  interrupts_restore(flags);
}

void xen_wake(void) {
  u64 flags = interrupts_off();
  is_woken = true;
  if (waiting) {
    thread_wake(waiting);
  }

  interrupts_restore(flags);
}
