/* Three kinds of timer, the cheapest first: the deadline in the time stamp counter's own count, a count in x2APIC registers, a count in memory.
   Xen's count is in units of 10 ns; elsewhere it is measured once. */
#include "apic.h"

#include "clock.h"
#include "cpu.h"
#include "frame.h"
#include "layout.h"
#include "paging.h"
#include "xen.h"

#define APIC_ENABLE (1u << 11)
#define APIC_X2 (1u << 10)
#define APIC_ADDRESS 0xfee00000ul
#define X2APIC_MSR 0x800

#define REGISTER_EOI 0xb
#define REGISTER_SPURIOUS 0xf
#define REGISTER_LVT_TIMER 0x32
#define REGISTER_COUNT 0x38
#define REGISTER_NOW 0x39
#define REGISTER_DIVIDE 0x3e

#define SPURIOUS_ENABLE 0x100
#define TIMER_DEADLINE (2u << 17)
#define DIVIDE_BY_1 0xb
#define XEN_NANOSECONDS_PER_COUNT 10
#define CALIBRATION_NANOSECONDS (2 * NANOSECONDS_PER_MILLISECOND)

static bool is_x2, has_deadline;
static u64 counts_per_second;
static u64 armed = NEVER;

static void write(u32 number, u32 value) {
  if (is_x2) {
    write_msr(X2APIC_MSR + number, value);
  } else {
    *(volatile u32 *)direct(APIC_ADDRESS + number * 16ul) = value;
  }
}

static u32 read(u32 number) {
  return is_x2 ? (u32)read_msr(X2APIC_MSR + number) : *(volatile u32 *)direct(APIC_ADDRESS + number * 16ul);
}

static u64 measure(void) {
  write(REGISTER_COUNT, UINT32_MAX);
  u64 start = clock_monotonic(), now = start;
  while (now < start + CALIBRATION_NANOSECONDS) {
    now = clock_monotonic();
  }

  u64 counts = UINT32_MAX - read(REGISTER_NOW);
  write(REGISTER_COUNT, 0);
  return counts * NANOSECONDS_PER_SECOND / (now - start);
}

/* The old interrupt controllers, which firmware left at vectors that are exceptions' now. */
static void mask_old_controllers(void) {
  out8(0x21, 0xff);
  out8(0xa1, 0xff);
}

void apic_start(void) {
  if (!xen_is_present()) {
    mask_old_controllers();
  }

  u32 features = cpuid(1, 0).ecx;
  is_x2 = features & 1u << 21;
  has_deadline = features & 1u << 24;
  u64 base = read_msr(MSR_APIC_BASE) | APIC_ENABLE;
  if (is_x2) {
    write_msr(MSR_APIC_BASE, base);
    write_msr(MSR_APIC_BASE, base | APIC_X2);
  } else {
    write_msr(MSR_APIC_BASE, base);
    paging_show(APIC_ADDRESS, PAGE_SIZE, PTE_UNCACHED);
  }

  write(REGISTER_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
  write(REGISTER_DIVIDE, DIVIDE_BY_1);
  write(REGISTER_LVT_TIMER, VECTOR_TIMER | (has_deadline ? TIMER_DEADLINE : 0));
  if (!has_deadline) {
    counts_per_second = xen_is_present() ? NANOSECONDS_PER_SECOND / XEN_NANOSECONDS_PER_COUNT : measure();
  }
}

void apic_set_deadline(u64 deadline) {
  if (deadline >= armed) {
    return;
  }

  armed = deadline;
  u64 now = clock_monotonic();
  u64 wait = deadline > now ? deadline - now : 1;
  /* A longer one comes in steps: the interrupt finds that it is not time yet. */
  wait = wait > NANOSECONDS_PER_SECOND ? NANOSECONDS_PER_SECOND : wait;
  if (has_deadline) {
    write_msr(MSR_TSC_DEADLINE, read_tsc() + clock_to_tsc(wait));
  } else {
    u64 counts = wait * (counts_per_second / 1000) / 1000000;
    write(REGISTER_COUNT, counts ? (u32)counts : 1);
  }
}

void apic_end_interrupt(void) {
  write(REGISTER_EOI, 0);
}

void apic_fired(void) {
  armed = NEVER;
}
