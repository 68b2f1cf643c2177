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
