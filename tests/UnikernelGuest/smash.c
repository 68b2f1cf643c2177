/* Writes past its own array, as a broken library would. */
__attribute__((noinline)) static void fill(volatile char *to, int count) {
  for (int i = 0; i < count; i++) {
    to[i] = 0x41;
  }
}

int smash(int count);
int smash(int count) {
  volatile char buffer[16];
  fill(buffer, count);
  return buffer[0];
}

/* Frames that are larger than what a call pushes: the stack pointer itself gets into the guard page. */
int overflow(int depth);
__attribute__((noinline)) int overflow(int depth) {
  volatile char buffer[1500];
  buffer[0] = (char)depth;
  return overflow(depth + 1) + buffer[0];
}

/* From the processor's tables, which the layer made: the descriptor of the task state, in two words, is the fourth. */
unsigned long trap_stack_top(int number);
unsigned long trap_stack_top(int number) {
  struct __attribute__((packed)) {
    unsigned short limit;
    unsigned long *descriptors;
  } table;
  __asm__ volatile("sgdt %0" : "=m"(table));
  unsigned long low = table.descriptors[3], high = table.descriptors[4];
  unsigned long state = (low >> 16 & 0xffffff) | (low >> 56 & 0xff) << 24 | high << 32;
  return *(unsigned long *)(state + 0x24 + 8 * (number - 1));
}

void call_on(unsigned long stack);
void call_on(unsigned long stack) {
  __asm__ volatile("cli; mov %0, %%rsp; call 1f; 1:" ::"r"(stack) : "memory");
}
