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
#define WAIT_STEP NANOSECONDS_PER_MILLISECOND

struct console_ring {
  char in[1024];
  char out[OUT_SIZE];
  u32 in_consumed, in_produced, out_consumed, out_produced;
};

static volatile struct console_ring *ring;
static u32 ring_port;
static u64 ring_frame;
static bool is_program_owner, is_ending, is_reader_absent;
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
static size_t write_some(const char *text, size_t length) {
  if (is_program_owner) {
    return buffer_write(text, length);
  }

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

void console_write(const char *text, size_t length) {
  u64 limit = 0;
  while (length) {
    size_t count = write_some(text, length);
    text += count;
    length -= count;
    if (count) {
      is_reader_absent = false;
      limit = 0;
      continue;
    }

    /* A reader that was waited for in vain is not waited for again, until it reads. */
    u64 now = clock_monotonic();
    limit = limit ? limit : now + WAIT_LIMIT;
    if (is_reader_absent || now >= limit) {
      is_reader_absent = true;
      dropped += length;
      return;
    }

    wait_a_moment();
  }
}

void console_take_back(void) {
  is_ending = true;
  console_detach();
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

void console_attach(void) {
  is_program_owner = true;
}

void console_detach(void) {
  if (!is_program_owner) {
    return;
  }

  is_program_owner = false;
  char text[256];
  size_t count;
  while ((count = console_take(text, sizeof text))) {
    console_write(text, count);
  }
}

size_t console_take(char *text, size_t size) {
  size_t count = 0;
  while (count < size && buffer_start != buffer_end) {
    text[count++] = buffer[buffer_start++ % BUFFER_SIZE];
  }

  return count;
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
