/* Two functions that .NET's Linux archives expect and that musl has under no name. */
#include <stddef.h>

void *calloc(size_t count, size_t size);
void free(void *memory);

void *__sched_cpualloc(size_t count);
void *__sched_cpualloc(size_t count) {
  return calloc((count + 63) / 64, sizeof(unsigned long));
}

void __sched_cpufree(void *set);
void __sched_cpufree(void *set) {
  free(set);
}
