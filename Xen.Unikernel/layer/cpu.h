/* The processor's instructions that C has no word for. */
#pragma once

#include "layer.h"

#define MSR_APIC_BASE 0x1b
#define MSR_TSC_DEADLINE 0x6e0
#define MSR_EFER 0xc0000080
#define MSR_STAR 0xc0000081
#define MSR_LSTAR 0xc0000082
#define MSR_SFMASK 0xc0000084
#define MSR_FS_BASE 0xc0000100

#define EFER_SYSCALL 1ul

#define CR4_OSFXSR (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_PGE (1ul << 7)
#define CR4_OSXSAVE (1ul << 18)

#define FLAG_TRAP (1ul << 8)
#define FLAG_INTERRUPT (1ul << 9)
#define FLAG_DIRECTION (1ul << 10)
#define FLAG_ALIGNMENT (1ul << 18)

struct cpuid {
  u32 eax, ebx, ecx, edx;
};

static inline struct cpuid cpuid(u32 leaf, u32 subleaf) {
  struct cpuid r;
  __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(leaf), "c"(subleaf));
  return r;
}

static inline u64 read_msr(u32 msr) {
  u32 low, high;
  __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return (u64)high << 32 | low;
}

static inline void write_msr(u32 msr, u64 value) {
  __asm__ volatile("wrmsr" ::"c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

/* Not before what stands before it: without the fence the processor may read its counter early. */
static inline u64 read_tsc(void) {
  u32 low, high;
  __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high)::"memory");
  return (u64)high << 32 | low;
}

static inline u64 read_cr2(void) {
  u64 value;
  __asm__ volatile("mov %%cr2, %0" : "=r"(value));
  return value;
}

static inline void write_cr3(u64 value) {
  __asm__ volatile("mov %0, %%cr3" ::"r"(value) : "memory");
}

static inline u64 read_cr4(void) {
  u64 value;
  __asm__ volatile("mov %%cr4, %0" : "=r"(value));
  return value;
}

static inline void write_cr4(u64 value) {
  __asm__ volatile("mov %0, %%cr4" ::"r"(value) : "memory");
}

static inline void forget_page(u64 address) {
  __asm__ volatile("invlpg (%0)" ::"r"(address) : "memory");
}

static inline void out8(u16 port, u8 value) {
  __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port));
}

static inline u8 in8(u16 port) {
  u8 value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

/* Interrupts are off in the layer. What C# calls directly runs with them on, so it brackets its work with these two. */
static inline u64 interrupts_off(void) {
  u64 flags;
  __asm__ volatile("pushfq; popq %0; cli" : "=r"(flags)::"memory");
  return flags;
}

static inline void interrupts_restore(u64 flags) {
  if (flags & FLAG_INTERRUPT) {
    __asm__ volatile("sti" ::: "memory");
  }
}

static inline void pause_briefly(void) {
  __asm__ volatile("pause" ::: "memory");
}

/* The compiler keeps memory accesses on their side of it. On x86-64 that is an acquire and a release fence. */
static inline void barrier(void) {
  __asm__ volatile("" ::: "memory");
}

/* A store before it is seen before a load behind it. */
static inline void full_fence(void) {
  __asm__ volatile("mfence" ::: "memory");
}

/* a * b / c with a product of 128 bits; the result must fit 64. */
static inline u64 multiply_divide(u64 a, u64 b, u64 c) {
  u64 high, low, result;
  __asm__("mulq %3" : "=a"(low), "=d"(high) : "a"(a), "rm"(b));
  __asm__("divq %4" : "=a"(result), "=d"(high) : "a"(low), "d"(high), "rm"(c));
  return result;
}
