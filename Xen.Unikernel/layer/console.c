/* Three kinds: Xen's ring (xen-protocols 1.8), the hypervisor's own console for the first domain, and a serial port where there is no Xen. */
#include "console.h"

#include "clock.h"
#include "cpu.h"
#include "layout.h"
#include "paging.h"
#include "threads.h"
#include "xen.h"

#define COM1 0x3f8
#define COM1_STATUS (COM1 + 5)
#define COM1_IS_EMPTY 0x20
#define CONSOLEIO_WRITE 0
#define OUT_SIZE 2048u
#define BUFFER_SIZE 32768u
#define WAIT_LIMIT NANOSECONDS_PER_SECOND
#define END_LIMIT (5 * NANOSECONDS_PER_SECOND)
#define WAIT_STEP NANOSECONDS_PER_MILLISECOND
#define PART_SIZE 256u

struct console_ring {
  char in[1024];
  char out[OUT_SIZE];
  u32 in_consumed, in_produced, out_consumed, out_produced;
};

static volatile struct console_ring *ring;
static u32 ring_port;
static u64 ring_frame;
/* Whose driver owns the ring; null while it is the layer's. */
static const struct thread *program;
static bool is_ending, is_reader_absent;
static u64 end_limit = NEVER;
static char buffer[BUFFER_SIZE];
static u32 buffer_start, buffer_end;
static u64 dropped;

static void serial_write(const char *text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    for (u32 tries = 0; !(in8(COM1_STATUS) & COM1_IS_EMPTY) && tries < 100000; tries++) {
      pause_briefly();
    }

    out8(COM1, (u8)text[i]);
  }
}

/* What fits. An index that a broken reader wrote leaves no room (R15). */
static size_t ring_write(const char *text, size_t length) {
  u32 produced = ring->out_produced, consumed = ring->out_consumed;
  full_fence(); /* partner: the reader's fence between copying and out_cons */
  u32 used = produced - consumed;
  size_t room = used > OUT_SIZE ? 0 : OUT_SIZE - used;
  size_t count = length < room ? length : room;
  for (size_t i = 0; i < count; i++) {
    ring->out[(produced + i) % OUT_SIZE] = text[i];
  }

  barrier(); /* release; partner: the reader's load of out_prod */
  ring->out_produced = produced + (u32)count;
  if (count) {
    xen_notify(ring_port);
  }

  return count;
}

static size_t buffer_write(const char *text, size_t length) {
  size_t count = 0;
  while (count < length && buffer_end - buffer_start < BUFFER_SIZE) {
    buffer[buffer_end++ % BUFFER_SIZE] = text[count++];
  }

  xen_wake();
  return count;
}

/* Some of it now; the count that was taken. */
static size_t device_write(const char *text, size_t length) {
  if (ring) {
    return ring_write(text, length);
  }

  if (xen_is_present()) {
    xen_hypercall(HYPERCALL_CONSOLE_IO, CONSOLEIO_WRITE, length, (u64)text, 0, 0);
  } else {
    serial_write(text, length);
  }

  return length;
}

static void wait_a_moment(void) {
  if (is_ending || !thread_current) {
    xen_yield();
  } else {
    thread_block(clock_monotonic() + WAIT_STEP);
  }
}

/* The owner may change while this waits. */
static void write_all(const char *text, size_t length, bool is_past_buffer) {
  u64 limit = 0;
  while (length) {
    bool is_buffered = program && !is_past_buffer;
    size_t count = is_buffered ? buffer_write(text, length) : device_write(text, length);
    text += count;
    length -= count;
    if (count) {
      is_reader_absent = false;
      limit = 0;
      continue;
    }

    /* A reader that was waited for in vain is not waited for again, until it reads. The thread that empties the buffer would wait for itself. */
    u64 now = clock_monotonic();
    bool is_own = is_buffered && thread_current == program;
    limit = limit ? limit : now + WAIT_LIMIT;
    if (is_own || is_reader_absent || now >= limit || now >= end_limit) {
      is_reader_absent |= !is_own;
      dropped += length;
      return;
    }

    wait_a_moment();
  }
}

void console_write(const char *text, size_t length) {
  write_all(text, length, false);
}

void console_attach(void) {
  program = thread_current;
  is_reader_absent = false;
}

static void write_waiting(u32 length) {
  const char *text;
  while (length) {
    size_t count = console_waiting(&text);
    count = count < PART_SIZE ? count : PART_SIZE;
    count = count < length ? count : length;
    write_all(text, count, true);
    console_advance(count);
    length -= (u32)count;
  }
}

/* The ring is taken at the indices that the program left in it; ring_write looks at them as at a stranger's. */
void console_detach(const char *begun, size_t begun_length, const char *rest, size_t rest_length) {
  if (!program) {
    return;
  }

  /* What others write meanwhile goes behind what waits. They may write faster than the reader reads: the rest has its turn, and it ends. */
  u64 outer_limit = end_limit, limit = clock_monotonic() + END_LIMIT;
  end_limit = limit < outer_limit ? limit : outer_limit;
  is_reader_absent = false;
  write_all(begun, begun_length, true);
  write_waiting(buffer_end - buffer_start);
  write_all(rest, rest_length, true);
  while (buffer_end != buffer_start) {
    write_waiting(buffer_end - buffer_start);
  }

  program = NULL;
  end_limit = outer_limit;
}

void console_take_back(void) {
  is_ending = true;
  /* Before the first thread there is neither a clock nor a ring that could be full. */
  end_limit = thread_current ? clock_monotonic() + END_LIMIT : NEVER;
  console_detach(NULL, 0, NULL, 0);
}

void console_drain(void) {
  if (!ring) {
    return;
  }

  u64 limit = clock_monotonic() + WAIT_LIMIT;
  while (ring->out_consumed != ring->out_produced && clock_monotonic() < limit) {
    xen_yield();
  }
}

size_t console_waiting(const char **text) {
  u32 start = buffer_start % BUFFER_SIZE, count = buffer_end - buffer_start;
  *text = buffer + start;
  return count < BUFFER_SIZE - start ? count : BUFFER_SIZE - start;
}

void console_advance(size_t count) {
  buffer_start += (u32)count;
}

void console_ring(u64 *frame, u32 *port) {
  *frame = ring_frame;
  *port = ring_port;
}

u64 console_dropped(void) {
  return dropped;
}

void console_start(void) {
  ring_frame = xen_parameter(HVM_PARAM_CONSOLE_PFN);
  ring_port = (u32)xen_parameter(HVM_PARAM_CONSOLE_EVTCHN);
  if (ring_frame && paging_show(ring_frame << PAGE_SHIFT, PAGE_SIZE, 0)) {
    ring = direct(ring_frame << PAGE_SHIFT);
  }
}
