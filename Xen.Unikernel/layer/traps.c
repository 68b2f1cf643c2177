/* Exceptions: a page that comes now, a fault that .NET makes an exception of, or the end. Interrupts: the timer and Xen's upcall. */
#include "apic.h"
#include "clock.h"
#include "cpu.h"
#include "descriptors.h"
#include "frame.h"
#include "layer.h"
#include "layout.h"
#include "signals.h"
#include "threads.h"
#include "traps.h"
#include "vm.h"
#include "xen.h"

#define ERROR_PRESENT 1
#define ERROR_WRITE 2
#define ERROR_EXECUTE 16

#define SEGV_NO_MAPPING 1
#define SEGV_FORBIDDEN 2
#define FPE_INTEGER_DIVIDE 1
#define FPE_FLOAT_INVALID 7
#define ILL_OPERAND 2
#define KERNEL_CODE 0x80

/* The layer's own code, between symbols that the linker makes of the section's name. */
extern const u8 __start_xen_layer[], __stop_xen_layer[];

/* traps.S */
extern const u8 halt_instruction[], halt_end[];

static u64 doubled_interrupts, early_interrupts, timer_interrupts;

u64 traps_doubled_interrupts(void) {
  return doubled_interrupts;
}

u64 traps_early_interrupts(void) {
  return early_interrupts;
}

u64 traps_timer_interrupts(void) {
  return timer_interrupts;
}

static bool is_in_layer(const struct frame *frame) {
  return frame->rip >= (u64)__start_xen_layer && frame->rip < (u64)__stop_xen_layer;
}

static const char *name_of(u64 vector) {
  static const char *const names[] = {"divide error", "debug trap", "NMI", "breakpoint", "overflow", "bound range", "invalid instruction",
                                      "no FPU", "double fault", "FPU segment", "invalid TSS", "no segment", "stack segment",
                                      "general protection", "page fault", "reserved", "x87 error", "alignment check", "machine check", "SIMD error"};
  return vector < COUNT_OF(names) ? names[vector] : "exception";
}

/* Of the stacks that are not the program's. */
static bool is_layer_guard(u64 address) {
  return descriptors_is_guard(address) || address - STACKS_BASE < STACKS_SIZE;
}

_Noreturn static void die_of_page_fault(const struct frame *frame, u64 address, enum fault_result result) {
  const char *access = frame->error & ERROR_EXECUTE ? "jump to" : frame->error & ERROR_WRITE ? "write to" : "read of";
  if (is_layer_guard(address)) {
    panic_at(frame, "stack overflow in the layer: %s %lx", access, address);
  }

  if (vm_is_stack_guard(address)) {
    panic_at(frame, "stack overflow of thread %u: %s %lx", thread_current->tid, access, address);
  }

  /* All else was promised, so it is the growth of a stack. */
  if (result == FAULT_NO_MEMORY) {
    panic_at(frame, "stack overflow of thread %u: out of memory, no page for %lx", thread_current->tid, address);
  }

  if (address < PAGE_SIZE) {
    panic_at(frame, "null pointer: %s %lx", access, address);
  }

  const char *why = result == FAULT_FORBIDDEN ? "forbidden by its page" : "not mapped";
  panic_at(frame, "page fault: %s %lx, %s", access, address, why);
}

static void page_fault(struct frame *frame) {
  /* The interrupt came a second time: its stub begins, with the first frame. */
  if (descriptors_is_interrupt_stub(frame->rip)) {
    doubled_interrupts++;
    return;
  }

  u64 address = read_cr2();
  enum fault_result result = vm_fault(address, frame->error & ERROR_WRITE, frame->error & ERROR_EXECUTE);
  /* RAM and what others share have pages, and no mapping. */
  if (result == FAULT_NO_MAPPING && frame->error & ERROR_PRESENT) {
    result = FAULT_FORBIDDEN;
  }

  if (result == FAULT_RESOLVED) {
    return;
  }

  bool is_guard = vm_is_stack_guard(address) || is_layer_guard(address);
  bool is_signal = !is_in_layer(frame) && result != FAULT_NO_MEMORY && !is_guard;
  u32 code = result == FAULT_FORBIDDEN ? SEGV_FORBIDDEN : SEGV_NO_MAPPING;
  if (!is_signal || !signals_raise_fault(frame, SIGSEGV, code, address)) {
    die_of_page_fault(frame, address, result);
  }
}

static bool raise_other(struct frame *frame) {
  switch (frame->vector) {
  case VECTOR_DIVIDE: return signals_raise_fault(frame, SIGFPE, FPE_INTEGER_DIVIDE, frame->rip);
  case VECTOR_X87:
  case VECTOR_SIMD: return signals_raise_fault(frame, SIGFPE, FPE_FLOAT_INVALID, frame->rip);
  case VECTOR_INVALID_OPCODE: return signals_raise_fault(frame, SIGILL, ILL_OPERAND, frame->rip);
  case VECTOR_ALIGNMENT: return signals_raise_fault(frame, SIGBUS, 1, 0);
  case VECTOR_PROTECTION: return signals_raise_fault(frame, SIGSEGV, KERNEL_CODE, 0);
  default: return false;
  }
}

void exception(struct frame *frame);
void exception(struct frame *frame) {
  if (frame->vector == VECTOR_PAGE_FAULT) {
    page_fault(frame);
    return;
  }

  if (frame->vector == VECTOR_BREAKPOINT) {
    panic_at(frame, "breakpoint: a check of the C library or the runtime failed");
  }

  if (is_in_layer(frame) || !raise_other(frame)) {
    panic_at(frame, "%s", name_of(frame->vector));
  }
}

/* The processor takes no interrupt between sti and hlt, but one that is emulated can, below a hypervisor that looks in between (QEMU's SVM forgets
   the shadow of sti at VMRUN). hlt would then sleep over what the interrupt woke, so it is behind the guest already. */
static void end_sleep(struct frame *frame) {
  if (frame->rip == (u64)halt_instruction) {
    frame->rip = (u64)halt_end;
    early_interrupts++;
  }
}

bool interrupt(struct frame *frame);
bool interrupt(struct frame *frame) {
  bool should_switch = false;
  end_sleep(frame);
  switch (frame->vector) {
  case VECTOR_TIMER:
    timer_interrupts++;
    apic_end_interrupt();
    apic_fired();
    should_switch = threads_timer(clock_monotonic());
    break;
  case VECTOR_UPCALL:
    xen_upcall();
    should_switch = threads_should_switch();
    break;
  default:
    break;
  }

  return should_switch;
}
