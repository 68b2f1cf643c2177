#include "program.h"

#include "command.h"
#include "cpu.h"
#include "elf.h"
#include "layout.h"
#include "random.h"
#include "threads.h"
#include "vm.h"

#define STACK_GUARD 0x10000ul
#define PROGRAM_NAME "guest"

enum auxiliary { AT_NULL, AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_ENTRY = 9, AT_UID = 11, AT_EUID, AT_GID, AT_EGID,
                 AT_HWCAP = 16, AT_CLKTCK = 17, AT_SECURE = 23, AT_RANDOM = 25 };

static u64 stack_start, stack_end;

void program_stack(u64 *start, u64 *end) {
  *start = stack_start;
  *end = stack_end;
}

static void make_stack(void) {
  s64 at = vm_map(0, PROGRAM_STACK_SIZE + STACK_GUARD, 0, MAP_PRIVATE | MAP_ANONYMOUS);
  if (at < 0 || vm_protect((u64)at + STACK_GUARD, PROGRAM_STACK_SIZE, PROT_READ | PROT_WRITE) < 0) {
    panic("no memory for the program's stack: this guest is too small");
  }

  stack_start = (u64)at + STACK_GUARD;
  stack_end = stack_start + PROGRAM_STACK_SIZE;
  vm_mark_stack(stack_end);
}

/* argc, argv, NULL, envp, NULL, pairs, from the lowest address up. */
static u64 fill_stack(void) {
  u32 argument_count, environment_count;
  char **arguments = command_arguments(&argument_count), **environment = command_environment(&environment_count);
  u64 *random = (u64 *)stack_end - 2;
  random_fill(random, 16);
  u64 pairs[][2] = {
      {AT_PHDR, (u64)elf_segment(0)}, {AT_PHENT, sizeof(struct elf_segment)}, {AT_PHNUM, elf_segment_count()}, {AT_PAGESZ, PAGE_SIZE},
      {AT_ENTRY, elf_entry()}, {AT_UID, 0}, {AT_EUID, 0}, {AT_GID, 0}, {AT_EGID, 0}, {AT_HWCAP, cpuid(1, 0).edx}, {AT_CLKTCK, 100},
      {AT_SECURE, 0}, {AT_RANDOM, (u64)random}, {AT_NULL, 0}};
  u64 words = 1 + 1 + argument_count + 1 + environment_count + 1 + sizeof pairs / sizeof(u64);
  u64 *stack = (u64 *)((u64)(random - words) & ~15ul), *at = stack;
  *at++ = argument_count + 1;
  *at++ = (u64)PROGRAM_NAME;
  for (u32 i = 0; i < argument_count; i++) {
    *at++ = (u64)arguments[i];
  }

  *at++ = 0;
  for (u32 i = 0; i < environment_count; i++) {
    *at++ = (u64)environment[i];
  }

  *at++ = 0;
  memcpy(at, pairs, sizeof pairs);
  return (u64)stack;
}

void program_start(void) {
  make_stack();
  thread_start_program(elf_entry(), fill_stack());
}
