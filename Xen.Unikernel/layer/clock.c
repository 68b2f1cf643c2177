/* On Xen time is what the hypervisor says (pvclock, xen-protocols 1.3). Without Xen the time stamp counter is measured against the old timer
   chip once, and the date comes from the CMOS clock. */
#include "clock.h"

#include "cpu.h"
#include "xen.h"

#define PIT_HZ 1193182ul
#define PIT_COUNTS 11932
#define KHZ_DEFAULT 1000000ul

static u64 tsc_khz, tsc_start;
static u64 last;
static u64 date_at_start;

/* 64 x 32 bits, shifted right by 32: the product has 96. */
static u64 scale(u64 value, u32 factor) {
  return (u64)((unsigned __int128)value * factor >> 32);
}

static u64 pvclock(const volatile struct vcpu_time_info *time) {
  u32 version;
  u64 result;
  do {
    version = time->version;
    barrier(); /* partner: Xen writes the version before and after the rest */
    u64 delta = read_tsc() - time->tsc_timestamp;
    /* A counter behind its stamp is another processor's, or was set back: no time has passed. Centuries have not. */
    delta = (s64)delta < 0 ? 0 : delta;
    delta = time->tsc_shift >= 0 ? delta << time->tsc_shift : delta >> -time->tsc_shift;
    result = time->system_time + scale(delta, time->tsc_to_system_mul);
    barrier();
  } while (version & 1 || version != time->version);
  return result;
}

u64 clock_monotonic(void) {
  u64 now = xen_is_present() ? pvclock(xen_time_info()) : multiply_divide(read_tsc() - tsc_start, 1000000, tsc_khz);
  /* A move to another host may set the counter back a little; nobody is to see it (R18). */
  u64 seen = __atomic_load_n(&last, __ATOMIC_RELAXED);
  while (seen < now) {
    if (__atomic_compare_exchange_n(&last, &seen, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      return now;
    }
  }

  return seen;
}

u64 clock_realtime(void) {
  return (xen_is_present() ? xen_wall_clock() : date_at_start) + clock_monotonic();
}

u64 clock_to_tsc(u64 nanoseconds) {
  return multiply_divide(nanoseconds, tsc_khz, 1000000);
}

/* 10 ms on the old timer's second counter, the one of the loudspeaker. */
static u64 measure_khz(void) {
  out8(0x61, (in8(0x61) & 0xfc) | 1);
  out8(0x43, 0xb0);
  out8(0x42, PIT_COUNTS & 0xff);
  out8(0x42, PIT_COUNTS >> 8);
  u64 start = read_tsc();
  u32 tries = 0;
  while (!(in8(0x61) & 0x20) && ++tries < 10000000) {
    pause_briefly();
  }

  u64 khz = (read_tsc() - start) * PIT_HZ / PIT_COUNTS / 1000;
  return khz ? khz : KHZ_DEFAULT;
}

static u32 cmos(u8 index) {
  out8(0x70, index);
  u32 value = in8(0x71);
  return (value >> 4) * 10 + (value & 15);
}

static u64 read_date(void) {
  u32 year, month, day, hour, minute, second;
  do {
    second = cmos(0), minute = cmos(2), hour = cmos(4), day = cmos(7), month = cmos(8), year = 2000 + cmos(9);
  } while (second != cmos(0));
  /* Days since 1970 by the calendar that begins in March. */
  u32 y = month <= 2 ? year - 1 : year, m = (month + 9) % 12;
  u64 days = 365ul * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
  return (days * 86400 + hour * 3600ul + minute * 60ul + second) * NANOSECONDS_PER_SECOND;
}

void clock_start(void) {
  if (xen_is_present()) {
    tsc_khz = xen_tsc_khz();
    return;
  }

  tsc_khz = measure_khz();
  tsc_start = read_tsc();
  date_at_start = read_date();
}
