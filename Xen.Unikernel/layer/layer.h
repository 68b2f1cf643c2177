/* What every file of the layer uses: integer types, page arithmetic, and the few functions that may be called from anywhere. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define PAGE_SHIFT 12
#define PAGE_SIZE 4096ul
#define PAGE_MASK (PAGE_SIZE - 1)
#define PAGE_DOWN(x) ((u64)(x) & ~PAGE_MASK)
#define PAGE_UP(x) (((u64)(x) + PAGE_MASK) & ~PAGE_MASK)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define NEVER UINT64_MAX

#define NANOSECONDS_PER_SECOND 1000000000ul
#define NANOSECONDS_PER_MILLISECOND 1000000ul

/* Linux's errno values: what libc understands. */
#define ENOENT 2
#define ESRCH 3
#define EBADF 9
#define EAGAIN 11
#define ENOMEM 12
#define EACCES 13
#define EFAULT 14
#define EEXIST 17
#define EINVAL 22
#define EMFILE 24
#define ENOTTY 25
#define ESPIPE 29
#define EPIPE 32
#define ENOSYS 38
#define ETIMEDOUT 110

/* memory.c: the compiler calls these too. */
void *memcpy(void *destination, const void *source, size_t length);
void *memmove(void *destination, const void *source, size_t length);
void *memset(void *destination, int value, size_t length);
int memcmp(const void *left, const void *right, size_t length);

/* text.c */
size_t text_length(const char *text);
bool text_equals(const char *left, const char *right);
bool text_begins(const char *text, const char *beginning);
/* %s, %c, %d, %u, %x (with l for 64 bits, and a width with 0 before it). Returns the length that was written, without the NUL. */
size_t text_format(char *buffer, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t text_format_list(char *buffer, size_t size, const char *format, va_list arguments);

/* log.c: one line of the layer's own on the console, after "layer: ". */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* dump.c: the end. Takes the console back, says why, and crashes the domain. */
struct frame;
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void panic_at(const struct frame *frame, const char *format, ...) __attribute__((format(printf, 2, 3)));
