/* The four functions that the compiler may call at any place. libc's own choose a vector variant at start and would use registers that
   the layer does not save. */
#include "layer.h"

void *memcpy(void *restrict destination, const void *restrict source, size_t length) {
  void *to = destination;
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(length)::"memory");
  return destination;
}

void *memmove(void *destination, const void *source, size_t length) {
  if ((u64)destination - (u64)source >= length) {
    return memcpy(destination, source, length);
  }

  u8 *to = (u8 *)destination + length - 1;
  const u8 *from = (const u8 *)source + length - 1;
  __asm__ volatile("std; rep movsb; cld" : "+D"(to), "+S"(from), "+c"(length)::"memory");
  return destination;
}

void *memset(void *destination, int value, size_t length) {
  void *to = destination;
  __asm__ volatile("rep stosb" : "+D"(to), "+c"(length) : "a"(value) : "memory");
  return destination;
}

int memcmp(const void *left, const void *right, size_t length) {
  const u8 *a = left, *b = right;
  for (size_t i = 0; i < length; i++) {
    if (a[i] != b[i]) {
      return a[i] - b[i];
    }
  }

  return 0;
}
