#include "fpu.h"

#include "cpu.h"

/* x87, SSE, AVX, and the three parts of AVX-512. */
#define STATE_MASK 0xe7ul
#define LEGACY_SIZE 512
#define HEADER_SIZE 64
#define MXCSR_OFFSET 24
#define MXCSR_MASK_OFFSET 28
#define MXCSR_DEFAULT_MASK 0xffbf

static bool has_xsave;
static u64 state;
static u32 size = LEGACY_SIZE;
static u32 mxcsr_mask = MXCSR_DEFAULT_MASK;

void fpu_start(void) {
  write_cr4(read_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_PGE);
  has_xsave = cpuid(1, 0).ecx & 1u << 26;
  if (has_xsave) {
    write_cr4(read_cr4() | CR4_OSXSAVE);
    struct cpuid supported = cpuid(0xd, 0);
    state = (supported.eax | (u64)supported.edx << 32) & STATE_MASK;
    __asm__ volatile("xsetbv" ::"c"(0), "a"((u32)state), "d"((u32)(state >> 32)));
    size = cpuid(0xd, 0).ebx;
  }

  __asm__ volatile("fninit");
  u32 mxcsr = 0x1f80;
  __asm__ volatile("ldmxcsr %0" ::"m"(mxcsr));
  u8 area[LEGACY_SIZE] __attribute__((aligned(16)));
  __asm__ volatile("fxsave64 %0" : "=m"(area));
  u32 mask;
  memcpy(&mask, area + MXCSR_MASK_OFFSET, sizeof mask);
  mxcsr_mask = mask ? mask : MXCSR_DEFAULT_MASK;
}

u32 fpu_size(void) {
  return size;
}

u32 fpu_thread_order(void) {
  return FPU_OFFSET + size > 2 * PAGE_SIZE ? 2 : FPU_OFFSET + size > PAGE_SIZE ? 1 : 0;
}

void fpu_save(void *area) {
  if (has_xsave) {
    __asm__ volatile("xsave64 (%0)" ::"r"(area), "a"((u32)state), "d"((u32)(state >> 32)) : "memory");
  } else {
    __asm__ volatile("fxsave64 (%0)" ::"r"(area) : "memory");
  }
}

void fpu_restore(const void *area) {
  if (has_xsave) {
    __asm__ volatile("xrstor64 (%0)" ::"r"(area), "a"((u32)state), "d"((u32)(state >> 32)) : "memory");
  } else {
    __asm__ volatile("fxrstor64 (%0)" ::"r"(area) : "memory");
  }
}

void fpu_restore_checked(void *area) {
  u32 mxcsr;
  memcpy(&mxcsr, (u8 *)area + MXCSR_OFFSET, sizeof mxcsr);
  mxcsr &= mxcsr_mask;
  memcpy((u8 *)area + MXCSR_OFFSET, &mxcsr, sizeof mxcsr);
  if (has_xsave) {
    u64 header[HEADER_SIZE / 8] = {0};
    memcpy(header, (u8 *)area + LEGACY_SIZE, sizeof(u64));
    header[0] &= state;
    memcpy((u8 *)area + LEGACY_SIZE, header, sizeof header);
  }

  fpu_restore(area);
}
