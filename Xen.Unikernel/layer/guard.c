#include "guard.h"

#include "layer.h"
#include "layout.h"
#include "random.h"
#include "threads.h"
#include "vm.h"

/* What gcc compiles into the layer's functions. Not the program's word, which is its thread's (fs:0x28) and changes with it. */
u64 __stack_chk_guard = 0x5bd1e995c6a4a793;

/* Not guarded itself: the word changes under it. */
__attribute__((no_stack_protector)) void guard_start(void) {
  u64 word;
  random_fill(&word, sizeof word);
  /* A text cannot go past a zero byte. */
  __stack_chk_guard = word & ~0xfful;
}

/* musl asks for its word here, at start: its own version would end a smashed stack with "hlt", which in ring 0 ends nothing. */
void __init_ssp(void *entropy);
void __init_ssp(void *entropy) {
  u64 word;
  memcpy(&word, entropy, sizeof word);
  word &= ~0xff00ul;
  __asm__ volatile("mov %0, %%fs:0x28" ::"r"(word) : "memory");
}

_Noreturn void __stack_chk_fail(void);
_Noreturn void __stack_chk_fail(void) {
  panic("stack smashed: a function's guard word was overwritten (thread %u, called from %lx)", thread_current ? thread_current->tid : 0,
        (u64)__builtin_return_address(0));
}
