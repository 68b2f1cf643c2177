#include "console.h"
#include "layer.h"

#define LINE_SIZE 512

void log_line(const char *format, ...) {
  char line[LINE_SIZE] = "layer: ";
  size_t length = text_length(line);
  va_list arguments;
  va_start(arguments, format);
  length += text_format_list(line + length, sizeof line - length - 1, format, arguments);
  va_end(arguments);
  line[length++] = '\n';
  console_write(line, length);
}
