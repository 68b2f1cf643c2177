/* Text for log lines and for the files under /proc. */
#include "layer.h"

size_t text_length(const char *text) {
  size_t length = 0;
  while (text[length]) {
    length++;
  }

  return length;
}

bool text_equals(const char *left, const char *right) {
  while (*left && *left == *right) {
    left++;
    right++;
  }

  return *left == *right;
}

bool text_begins(const char *text, const char *beginning) {
  while (*beginning && *text == *beginning) {
    text++;
    beginning++;
  }

  return !*beginning;
}

struct output {
  char *buffer;
  size_t size;
  size_t length;
};

static void put(struct output *output, char c) {
  if (output->length + 1 < output->size) {
    output->buffer[output->length++] = c;
  }
}

static void put_text(struct output *output, const char *text) {
  while (*text) {
    put(output, *text++);
  }
}

static void put_number(struct output *output, u64 value, u32 base, u32 width, char fill) {
  char digits[20];
  u32 count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value);
  for (u32 i = count; i < width; i++) {
    put(output, fill);
  }

  while (count) {
    put(output, digits[--count]);
  }
}

static void put_signed(struct output *output, s64 value, u32 width, char fill) {
  if (value < 0) {
    put(output, '-');
    value = -value;
  }

  put_number(output, (u64)value, 10, width, fill);
}

size_t text_format_list(char *buffer, size_t size, const char *format, va_list arguments) {
  struct output output = {buffer, size, 0};
  for (; *format; format++) {
    if (*format != '%') {
      put(&output, *format);
      continue;
    }

    char fill = format[1] == '0' ? '0' : ' ';
    u32 width = 0;
    while (format[1] >= '0' && format[1] <= '9') {
      width = width * 10 + (u32)(*++format - '0');
    }

    bool wide = false;
    while (format[1] == 'l') {
      wide = true;
      format++;
    }

    switch (*++format) {
    case 's': put_text(&output, va_arg(arguments, const char *)); break;
    case 'c': put(&output, (char)va_arg(arguments, int)); break;
    case 'd': put_signed(&output, wide ? va_arg(arguments, s64) : va_arg(arguments, int), width, fill); break;
    case 'u': put_number(&output, wide ? va_arg(arguments, u64) : va_arg(arguments, u32), 10, width, fill); break;
    case 'x': put_number(&output, wide ? va_arg(arguments, u64) : va_arg(arguments, u32), 16, width, fill); break;
    default: put(&output, *format); break;
    }
  }

  if (size) {
    buffer[output.length] = 0;
  }

  return output.length;
}

size_t text_format(char *buffer, size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  size_t length = text_format_list(buffer, size, format, arguments);
  va_end(arguments);
  return length;
}
