/* Frames have Linux's layout, because .NET's handlers read the registers in them and change them: a null reference is a handler that writes
   another instruction pointer into the context. */
#include "signals.h"

#include "cpu.h"
#include "descriptors.h"
#include "fpu.h"
#include "vm.h"

#define SA_NODEFER 0x40000000u
#define SA_ONSTACK 0x08000000u
#define SA_RESETHAND 0x80000000u
#define SIG_DEFAULT 0
#define SIG_IGNORE 1
#define SI_TKILL -6
#define RED_ZONE 128
#define SS_DISABLE 2
/* The program is a process with this number. */
#define PROCESS_ID 1

/* What may be changed in the flags by a handler. */
#define FLAGS_OF_PROGRAM 0x40dd5ul

struct action {
  u64 handler, flags, restorer, mask;
};

struct stack {
  u64 address;
  u32 flags, padding;
  u64 size;
};

struct machine_context {
  u64 r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
  u16 cs, gs, fs, ss;
  u64 error, trap, old_mask, cr2, fpu, reserved[8];
};

struct user_context {
  u64 flags, link;
  struct stack stack;
  struct machine_context machine;
  u64 mask;
};

struct signal_info {
  u32 signal, error, code, padding;
  union {
    u64 address;
    struct {
      u32 pid, uid;
    };
    u8 bytes[112];
  };
};

struct signal_frame {
  u64 return_address;
  struct user_context context;
  struct signal_info info;
};

_Static_assert(sizeof(struct signal_info) == 128, "siginfo_t");
_Static_assert(offsetof(struct user_context, machine) == 40, "ucontext_t");
_Static_assert(offsetof(struct user_context, mask) == 40 + 256, "ucontext_t");

static struct action actions[SIGNALS + 1];

static u64 bit(u32 signal) {
  return 1ul << (signal - 1);
}

s64 signals_action(u32 signal, const void *action, void *old) {
  if (!signal || signal > SIGNALS) {
    return -EINVAL;
  }

  struct action previous = actions[signal];
  if (action) {
    memcpy(&actions[signal], action, sizeof(struct action));
  }

  if (old) {
    memcpy(old, &previous, sizeof previous);
  }

  return 0;
}

s64 signals_mask(u32 how, const u64 *set, u64 *old) {
  struct thread *self = thread_current;
  u64 previous = self->signals_blocked;
  if (set) {
    switch (how) {
    case 0: self->signals_blocked |= *set; break;
    case 1: self->signals_blocked &= ~*set; break;
    case 2: self->signals_blocked = *set; break;
    default: return -EINVAL;
    }
  }

  if (old) {
    *old = previous;
  }

  return 0;
}

s64 signals_stack(const void *stack, void *old) {
  struct thread *self = thread_current;
  if (old) {
    *(struct stack *)old = (struct stack){self->alternate_stack, self->alternate_size ? 0 : SS_DISABLE, 0, self->alternate_size};
  }

  if (stack) {
    const struct stack *wanted = stack;
    self->alternate_stack = wanted->flags & SS_DISABLE ? 0 : wanted->address;
    self->alternate_size = wanted->flags & SS_DISABLE ? 0 : wanted->size;
  }

  return 0;
}

static bool is_default(u32 signal) {
  return actions[signal].handler == SIG_DEFAULT;
}

s64 signals_send(u32 tid, u32 signal) {
  struct thread *thread = thread_by_id(tid);
  if (!thread) {
    return -ESRCH;
  }

  if (signal > SIGNALS) {
    return -EINVAL;
  }

  if (signal && actions[signal].handler != SIG_IGNORE) {
    thread->signals_pending |= bit(signal);
  }

  return 0;
}

static void to_context(struct machine_context *context, const struct frame *frame) {
  *context = (struct machine_context){
      .r8 = frame->r8, .r9 = frame->r9, .r10 = frame->r10, .r11 = frame->r11, .r12 = frame->r12, .r13 = frame->r13, .r14 = frame->r14,
      .r15 = frame->r15, .rdi = frame->rdi, .rsi = frame->rsi, .rbp = frame->rbp, .rbx = frame->rbx, .rdx = frame->rdx, .rax = frame->rax,
      .rcx = frame->rcx, .rsp = frame->rsp, .rip = frame->rip, .eflags = frame->rflags, .cs = SELECTOR_CODE, .ss = SELECTOR_DATA,
      .error = frame->error, .trap = frame->vector, .cr2 = read_cr2()};
}

static void from_context(struct frame *frame, const struct machine_context *context) {
  frame->r8 = context->r8, frame->r9 = context->r9, frame->r10 = context->r10, frame->r11 = context->r11;
  frame->r12 = context->r12, frame->r13 = context->r13, frame->r14 = context->r14, frame->r15 = context->r15;
  frame->rdi = context->rdi, frame->rsi = context->rsi, frame->rbp = context->rbp, frame->rbx = context->rbx;
  frame->rdx = context->rdx, frame->rax = context->rax, frame->rcx = context->rcx;
  frame->rsp = context->rsp, frame->rip = context->rip;
  frame->rflags = (context->eflags & FLAGS_OF_PROGRAM) | FLAG_INTERRUPT | 2;
}

static u64 stack_for(const struct action *action, const struct frame *frame) {
  const struct thread *self = thread_current;
  bool is_on_alternate = frame->rsp - self->alternate_stack < self->alternate_size;
  return action->flags & SA_ONSTACK && self->alternate_size && !is_on_alternate ? self->alternate_stack + self->alternate_size : frame->rsp - RED_ZONE;
}

/* Makes the handler run when the frame returns. False when its stack has no room. */
static bool enter(struct frame *frame, u32 signal, const struct signal_info *info) {
  struct action action = actions[signal];
  u64 top = stack_for(&action, frame);
  u64 fpu = (top - fpu_size()) & ~63ul;
  u64 at = ((fpu - sizeof(struct signal_frame)) & ~15ul) - 8;
  /* This may run on the page fault's own stack: it must not fault. */
  if (!vm_bring_in(at, top - at)) {
    return false;
  }

  struct signal_frame *pushed = (struct signal_frame *)at;
  memset((void *)fpu, 0, fpu_size());
  fpu_save((void *)fpu);
  *pushed = (struct signal_frame){.return_address = action.restorer, .info = *info};
  to_context(&pushed->context.machine, frame);
  pushed->context.machine.fpu = fpu;
  pushed->context.mask = thread_current->signals_blocked;
  pushed->context.stack = (struct stack){thread_current->alternate_stack, thread_current->alternate_size ? 0 : SS_DISABLE, 0, thread_current->alternate_size};
  thread_current->signals_blocked |= action.mask | (action.flags & SA_NODEFER ? 0 : bit(signal));
  if (action.flags & SA_RESETHAND) {
    actions[signal].handler = SIG_DEFAULT;
  }

  frame->rip = action.handler;
  frame->rsp = at;
  frame->rdi = signal;
  frame->rsi = (u64)&pushed->info;
  frame->rdx = (u64)&pushed->context;
  frame->rax = 0;
  frame->rflags &= ~(FLAG_DIRECTION | FLAG_TRAP);
  return true;
}

/* 0 for none. One may have been sent while it had a handler, and be ignored by now. */
static u32 take_pending(struct thread *self) {
  u64 ready;
  while ((ready = self->signals_pending & ~self->signals_blocked)) {
    u32 signal = (u32)__builtin_ctzl(ready) + 1;
    self->signals_pending &= ~bit(signal);
    if (actions[signal].handler != SIG_IGNORE) {
      return signal;
    }
  }

  return 0;
}

void signals_deliver(struct frame *frame) {
  u32 signal = take_pending(thread_current);
  if (!signal) {
    return;
  }

  if (is_default(signal)) {
    panic_at(frame, signal == SIGABRT ? "the program aborted" : "signal %u, which nobody handles", signal);
  }

  /* .NET drops a signal of its own that is not from itself. */
  struct signal_info info = {.signal = signal, .code = (u32)SI_TKILL, .pid = PROCESS_ID};
  if (!enter(frame, signal, &info)) {
    panic_at(frame, "no stack for the handler of signal %u", signal);
  }
}

bool signals_raise_fault(struct frame *frame, u32 signal, u32 code, u64 address) {
  bool is_handled = actions[signal].handler > SIG_IGNORE && !(thread_current->signals_blocked & bit(signal));
  struct signal_info info = {.signal = signal, .code = code, .address = address};
  return is_handled && enter(frame, signal, &info);
}

void signals_return(struct frame *frame) {
  /* The handler's return took the return address off. */
  struct signal_frame *pushed = (struct signal_frame *)(frame->rsp - 8);
  from_context(frame, &pushed->context.machine);
  thread_current->signals_blocked = pushed->context.mask;
  if (pushed->context.machine.fpu) {
    fpu_restore_checked((void *)pushed->context.machine.fpu);
  }
}
