#include "syscalls.h"
#include "vm.h"

static s64 call_mmap(struct frame *f) {
  bool is_anonymous = f->r10 & MAP_ANONYMOUS;
  return is_anonymous ? vm_map(f->rdi, f->rsi, (u32)f->rdx, (u32)f->r10) : -ENOSYS;
}

static s64 call_mprotect(struct frame *f) {
  return vm_protect(f->rdi, f->rsi, (u32)f->rdx);
}

static s64 call_munmap(struct frame *f) {
  return vm_unmap(f->rdi, f->rsi);
}

static s64 call_brk(struct frame *f) {
  return vm_break(f->rdi);
}

/* pthread_getattr_np of musl finds the end of the first stack by growing each page below it: "no memory" says that there is one. */
static s64 call_mremap(struct frame *f) {
  u64 start, end;
  return vm_find(f->rdi, &start, &end) ? -ENOMEM : -EFAULT;
}

static s64 call_madvise(struct frame *f) {
  return vm_advise(f->rdi, f->rsi, (u32)f->rdx);
}

const struct system_call memory_calls[] = {
    {SYS_mmap, call_mmap}, {SYS_mprotect, call_mprotect}, {SYS_munmap, call_munmap},
    {SYS_brk, call_brk},   {SYS_mremap, call_mremap},     {SYS_madvise, call_madvise},
};
const u32 memory_call_count = COUNT_OF(memory_calls);
