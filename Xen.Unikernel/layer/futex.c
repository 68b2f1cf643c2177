/* Waits on a word of memory. Threads wait in lists by hash of the address, in the order they came. One address space, one processor: comparing
   the word and joining the list is one step because interrupts are off. */
#include "futex.h"

#include "clock.h"
#include "vm.h"

#define BUCKETS 64

struct bucket {
  struct thread *first;
};

static struct bucket buckets[BUCKETS];

static struct bucket *bucket_of(u64 address) {
  return &buckets[(address >> 2 ^ address >> 12) % BUCKETS];
}

static void append(struct thread *thread) {
  struct thread **link = &bucket_of(thread->futex_address)->first;
  while (*link) {
    link = &(*link)->next;
  }

  thread->next = NULL;
  *link = thread;
}

void futex_forget(struct thread *thread) {
  if (!thread->futex_address) {
    return;
  }

  struct thread **link = &bucket_of(thread->futex_address)->first;
  while (*link != thread) {
    link = &(*link)->next;
  }

  *link = thread->next;
  thread->futex_address = 0;
}

s64 futex_wait(u64 address, u32 expected, u64 deadline, u32 bits) {
  if (address & 3 || !bits) {
    return -EINVAL;
  }

  if (*(volatile u32 *)address != expected) {
    return -EAGAIN;
  }

  if (deadline != NEVER && deadline <= clock_monotonic()) {
    return -ETIMEDOUT;
  }

  thread_current->futex_address = address;
  thread_current->futex_bits = bits;
  append(thread_current);
  return thread_block(deadline) ? 0 : -ETIMEDOUT;
}

static void wake(struct thread **link) {
  struct thread *thread = *link;
  *link = thread->next;
  thread->futex_address = 0;
  thread_wake(thread);
}

s64 futex_wake(u64 address, u32 count, u32 bits) {
  u32 woken = 0;
  struct thread **link = &bucket_of(address)->first;
  while (*link && woken < count) {
    if ((*link)->futex_address == address && (*link)->futex_bits & bits) {
      wake(link);
      woken++;
    } else {
      link = &(*link)->next;
    }
  }

  return woken;
}

s64 futex_requeue(u64 address, u32 wake_count, u32 requeue_count, u64 other, bool is_compared, u32 expected) {
  if ((address | other) & 3) {
    return -EINVAL;
  }

  if (is_compared && *(volatile u32 *)address != expected) {
    return -EAGAIN;
  }

  s64 woken = futex_wake(address, wake_count, UINT32_MAX);
  u32 moved = 0;
  struct thread **link = &bucket_of(address)->first;
  while (*link && moved < requeue_count && address != other) {
    struct thread *thread = *link;
    if (thread->futex_address == address) {
      *link = thread->next;
      thread->futex_address = other;
      append(thread);
      moved++;
    } else {
      link = &thread->next;
    }
  }

  return woken + moved;
}
