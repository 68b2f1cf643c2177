/* The last words: what happened, the registers, and the return addresses on the stack, for addr2line with the image's symbols. */
#include "console.h"
#include "cpu.h"
#include "frame.h"
#include "layer.h"
#include "layout.h"
#include "paging.h"
#include "threads.h"
#include "xen.h"

#define CALLS 24
#define WORDS 256
#define MISSING_PAGES 512

static bool is_panicking;

/* Never by a page fault: this may run on its stack. */
static bool is_readable(u64 address) {
  bool is_canonical = (s64)(address << 16) >> 16 == (s64)address;
  const u64 *entry = is_canonical ? paging_entry(address) : NULL;
  return entry && *entry & PTE_PRESENT;
}

static bool is_code(u64 address) {
  extern const u8 etext[];
  return address >= (u64)__ehdr_start && address < (u64)etext;
}

/* C# keeps frame pointers and the C library does not, so all words on the stack that point into code are listed. A stack that has overflown begins in its
   guard pages, one with a large array that nobody touched in pages that never came: the calls are above. */
static void dump_calls(u64 stack_pointer) {
  u64 at = (stack_pointer + 7) & ~7ul;
  for (u32 i = 0; i < MISSING_PAGES && !is_readable(at); i++) {
    at = PAGE_DOWN(at) + PAGE_SIZE;
  }

  for (u32 i = 0, found = 0; i < WORDS && found < CALLS && is_readable(at); i++, at += sizeof(u64)) {
    if (is_code(*(u64 *)at)) {
      log_line("  %016lx", *(u64 *)at);
      found++;
    }
  }
}

static void dump_frame(const struct frame *f) {
  log_line("thread %u at %016lx, stack %016lx, flags %lx, error %lx, cr2 %016lx", thread_current ? thread_current->tid : 0, f->rip, f->rsp, f->rflags,
           f->error, read_cr2());
  log_line("rax %016lx rbx %016lx rcx %016lx rdx %016lx", f->rax, f->rbx, f->rcx, f->rdx);
  log_line("rsi %016lx rdi %016lx rbp %016lx r8  %016lx", f->rsi, f->rdi, f->rbp, f->r8);
  log_line("r9  %016lx r10 %016lx r11 %016lx r12 %016lx", f->r9, f->r10, f->r11, f->r12);
  log_line("r13 %016lx r14 %016lx r15 %016lx", f->r13, f->r14, f->r15);
  log_line("what may be return addresses, the last call first (addr2line -e the image with symbols):");
  if (thread_current) {
    dump_calls(f->rsp);
  }
}

_Noreturn static void finish(const struct frame *frame, const char *format, va_list arguments) {
  interrupts_off();
  if (is_panicking) {
    /* A fault in the dump itself. */
    xen_shutdown(SHUTDOWN_CRASH);
  }

  is_panicking = true;
  console_take_back();
  char text[256];
  text_format_list(text, sizeof text, format, arguments);
  log_line("PANIC: %s", text);
  if (frame) {
    dump_frame(frame);
  }

  console_drain();
  xen_shutdown(SHUTDOWN_CRASH);
}

void panic(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  finish(NULL, format, arguments);
}

void panic_at(const struct frame *frame, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  finish(frame, format, arguments);
}
