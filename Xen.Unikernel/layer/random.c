/* ChaCha20 as a generator, keyed with all there is: RDSEED, RDRAND, the jitter of the time stamp counter, the date. The key is replaced after
   each use, so what was given out cannot be computed from memory that is read later. */
#include "random.h"

#include "clock.h"
#include "cpu.h"
#include "xen.h"

#define BLOCK_WORDS 16
#define KEY_WORDS 8
#define JITTER_ROUNDS 256
#define TRIES 64
#define READ_LIMIT 0x4000ul

static u32 key[KEY_WORDS];
static u64 counter;

static u32 rotate(u32 value, u32 bits) {
  return value << bits | value >> (32 - bits);
}

static void quarter(u32 *s, u32 a, u32 b, u32 c, u32 d) {
  s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

static void block(u32 *out) {
  u32 start[BLOCK_WORDS] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
  memcpy(start + 4, key, sizeof key);
  start[12] = (u32)counter, start[13] = (u32)(counter >> 32);
  counter++;
  memcpy(out, start, sizeof start);
  for (u32 i = 0; i < 10; i++) {
    for (u32 c = 0; c < 4; c++) {
      quarter(out, c, 4 + c, 8 + c, 12 + c);
    }

    for (u32 c = 0; c < 4; c++) {
      quarter(out, c, 4 + (c + 1) % 4, 8 + (c + 2) % 4, 12 + (c + 3) % 4);
    }
  }

  for (u32 i = 0; i < BLOCK_WORDS; i++) {
    out[i] += start[i];
  }
}

/* The first half of a block is the next key. */
static void next(u32 *words) {
  u32 out[BLOCK_WORDS];
  block(out);
  memcpy(key, out, sizeof key);
  memcpy(words, out + KEY_WORDS, sizeof key);
}

static void mix(u64 value) {
  key[0] ^= (u32)value;
  key[1] ^= (u32)(value >> 32);
  u32 unused[KEY_WORDS];
  next(unused);
}

static bool seed(u64 *value) {
  bool is_valid;
  __asm__ volatile("rdseed %0; setc %1" : "=r"(*value), "=q"(is_valid));
  return is_valid;
}

static bool draw(u64 *value) {
  bool is_valid;
  __asm__ volatile("rdrand %0; setc %1" : "=r"(*value), "=q"(is_valid));
  return is_valid;
}

/* Mixes in what an instruction gives. False when that is too little: processors were sold that repeat one value and say that it is a good one. */
static bool mix_in(bool (*instruction)(u64 *)) {
  u64 value, last = 0;
  u32 count = 0;
  for (u32 i = 0; i < TRIES && count < KEY_WORDS; i++) {
    if (instruction(&value) && value != last && ~value) {
      mix(value);
      last = value;
      count++;
    } else {
      pause_briefly();
    }
  }

  return count == KEY_WORDS;
}

void random_start(void) {
  bool has_seed = cpuid(0, 0).eax >= 7 && cpuid(7, 0).ebx & 1u << 18;
  bool has_draw = cpuid(1, 0).ecx & 1u << 30;
  bool is_seeded = has_seed && mix_in(seed), is_drawn = has_draw && mix_in(draw);
  if ((has_seed || has_draw) && !is_seeded && !is_drawn) {
    log_line("RDSEED and RDRAND give nothing: random numbers come of the clock's jitter alone");
  }

  for (u32 i = 0; i < JITTER_ROUNDS; i++) {
    u64 before = read_tsc();
    mix(clock_monotonic());
    mix(read_tsc() - before);
  }

  mix(clock_realtime());
}

void random_fill(void *buffer, size_t length) {
  u8 *to = buffer;
  while (length) {
    u32 words[KEY_WORDS];
    next(words);
    size_t count = length < sizeof words ? length : sizeof words;
    memcpy(to, words, count);
    to += count;
    length -= count;
  }
}

s64 random_read(void *buffer, u64 length) {
  u64 count = length < READ_LIMIT ? length : READ_LIMIT;
  random_fill(buffer, count);
  return (s64)count;
}
