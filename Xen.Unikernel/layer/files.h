/* Files, of which there are few: the console, what the runtime reads under /proc and /sys, random bytes, and pipes. */
#pragma once

#include "layer.h"

void files_start(void);
/* Results as the system calls have them. */
s64 file_open(const char *path);
s64 file_close(u32 fd);
s64 file_read(u32 fd, void *buffer, u64 length);
s64 file_read_at(u32 fd, void *buffer, u64 length, u64 offset);
s64 file_write(u32 fd, const void *buffer, u64 length);
s64 file_seek(u32 fd, s64 offset, u32 from);
s64 file_duplicate(u32 fd, u32 lowest);
s64 file_status(u32 fd, void *status);
s64 file_status_of(const char *path, void *status);
s64 file_pipe(u32 *fds);
s64 file_control(u32 fd, u32 command, u64 argument);
bool file_is_open(u32 fd);
