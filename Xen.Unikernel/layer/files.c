#include "files.h"

#include "clock.h"
#include "console.h"
#include "frames.h"
#include "program.h"
#include "random.h"
#include "threads.h"
#include "vm.h"

#define FILES 64
#define TEXT_SIZE 512
#define PIPE_SIZE 4096
#define PIPES 8

#define MODE_FILE 0100444u
#define MODE_CHARACTER 0020666u
#define MODE_PIPE 0010600u

#define F_DUPFD 0
#define F_GETFD 1
#define F_SETFD 2
#define F_GETFL 3
#define F_SETFL 4
#define F_DUPFD_CLOEXEC 1030
#define O_RDWR 2

enum kind { KIND_NONE, KIND_CONSOLE, KIND_TEXT, KIND_RANDOM, KIND_NULL, KIND_PIPE_OUT, KIND_PIPE_IN };

struct file {
  enum kind kind;
  u32 index;
  u64 offset;
};

struct pipe {
  bool is_used;
  u32 readers, writers;
  u32 start, end;
  struct thread *waiting;
  char bytes[PIPE_SIZE];
};

struct status {
  u64 device, inode, links;
  u32 mode, uid, gid, padding;
  u64 special, size, block_size, blocks, times[6], reserved[3];
};

_Static_assert(sizeof(struct status) == 144, "struct stat");

static struct file files[FILES];
static struct pipe pipes[PIPES];

/* The main thread's stack, for pthread_getattr_np: glibc looks for the line around its own stack pointer. */
static size_t write_maps(char *buffer, size_t size) {
  u64 start, end;
  program_stack(&start, &end);
  return text_format(buffer, size, "%lx-%lx rw-p 00000000 00:00 0 [stack]\n", start, end);
}

static size_t write_memory(char *buffer, size_t size) {
  u64 total = frames_total() * 4, available = commit_available() * 4;
  return text_format(buffer, size, "MemTotal: %lu kB\nMemFree: %lu kB\nMemAvailable: %lu kB\n", total, available, available);
}

static size_t write_process(char *buffer, size_t size) {
  u64 resident = (frames_total() - frames_free()) * 4;
  return text_format(buffer, size, "Name:\tguest\nVmSize:\t%lu kB\nVmRSS:\t%lu kB\nThreads:\t%u\n", resident, resident, thread_count());
}

static size_t write_pages(char *buffer, size_t size) {
  u64 resident = frames_total() - frames_free();
  return text_format(buffer, size, "%lu %lu 0 0 0 0 0\n", resident, resident);
}

static size_t write_processors(char *buffer, size_t size) {
  return text_format(buffer, size, "0\n");
}

static const struct {
  const char *path;
  size_t (*write)(char *buffer, size_t size);
} texts[] = {
    {"/proc/self/maps", write_maps},
    {"/proc/meminfo", write_memory},
    {"/proc/self/status", write_process},
    {"/proc/self/statm", write_pages},
    {"/sys/devices/system/cpu/possible", write_processors},
    {"/sys/devices/system/cpu/online", write_processors},
};

static struct file *file_of(u32 fd) {
  return fd < FILES && files[fd].kind ? &files[fd] : NULL;
}

bool file_is_open(u32 fd) {
  return file_of(fd);
}

static s64 take_lowest(u32 lowest, struct file file) {
  for (u32 fd = lowest; fd < FILES; fd++) {
    if (!files[fd].kind) {
      files[fd] = file;
      return fd;
    }
  }

  return -EMFILE;
}

static s64 find(const char *path, struct file *file) {
  for (u32 i = 0; i < COUNT_OF(texts); i++) {
    if (text_equals(path, texts[i].path)) {
      *file = (struct file){KIND_TEXT, i, 0};
      return 0;
    }
  }

  bool is_random = text_equals(path, "/dev/urandom") || text_equals(path, "/dev/random");
  bool is_console = text_equals(path, "/dev/tty") || text_equals(path, "/dev/console");
  file->kind = is_random ? KIND_RANDOM : is_console ? KIND_CONSOLE : text_equals(path, "/dev/null") ? KIND_NULL : KIND_NONE;
  return file->kind ? 0 : -ENOENT;
}

s64 file_open(const char *path) {
  struct file file = {KIND_NONE, 0, 0};
  s64 result = find(path, &file);
  return result < 0 ? result : take_lowest(0, file);
}

static void pipe_release(struct pipe *pipe) {
  if (!pipe->readers && !pipe->writers) {
    pipe->is_used = false;
  }

  if (pipe->waiting) {
    thread_wake(pipe->waiting);
  }
}

s64 file_close(u32 fd) {
  struct file *file = file_of(fd);
  if (!file) {
    return -EBADF;
  }

  enum kind kind = file->kind;
  file->kind = KIND_NONE;
  struct pipe *pipe = &pipes[file->index];
  if (kind == KIND_PIPE_IN) {
    pipe->writers--;
    pipe_release(pipe);
  } else if (kind == KIND_PIPE_OUT) {
    pipe->readers--;
    pipe_release(pipe);
  }

  return 0;
}

s64 file_read_at(u32 fd, void *buffer, u64 length, u64 offset) {
  struct file *file = file_of(fd);
  if (!file) {
    return -EBADF;
  }

  if (file->kind != KIND_TEXT) {
    return -ESPIPE;
  }

  char text[TEXT_SIZE];
  size_t size = texts[file->index].write(text, sizeof text);
  if (offset >= size) {
    return 0;
  }

  u64 count = length < size - offset ? length : size - offset;
  memcpy(buffer, text + offset, count);
  return (s64)count;
}

static s64 pipe_read(struct pipe *pipe, char *buffer, u64 length) {
  while (pipe->start == pipe->end) {
    if (!pipe->writers) {
      return 0;
    }

    pipe->waiting = thread_current;
    thread_block(NEVER);
    pipe->waiting = NULL;
  }

  u64 count = 0;
  while (count < length && pipe->start != pipe->end) {
    buffer[count++] = pipe->bytes[pipe->start++ % PIPE_SIZE];
  }

  return (s64)count;
}

/* Never waits: nobody who writes to a pipe here writes more than it holds. */
static s64 pipe_write(struct pipe *pipe, const char *buffer, u64 length) {
  if (!pipe->readers) {
    return -EPIPE;
  }

  u64 count = 0;
  while (count < length && pipe->end - pipe->start < PIPE_SIZE) {
    pipe->bytes[pipe->end++ % PIPE_SIZE] = buffer[count++];
  }

  if (pipe->waiting) {
    thread_wake(pipe->waiting);
  }

  return count || !length ? (s64)count : -EAGAIN;
}

s64 file_read(u32 fd, void *buffer, u64 length) {
  struct file *file = file_of(fd);
  if (!file) {
    return -EBADF;
  }

  switch (file->kind) {
  case KIND_RANDOM: return random_read(buffer, length);
  case KIND_PIPE_OUT: return pipe_read(&pipes[file->index], buffer, length);
  case KIND_TEXT: break;
  default: return 0;
  }

  s64 count = file_read_at(fd, buffer, length, file->offset);
  file->offset += count > 0 ? (u64)count : 0;
  return count;
}

s64 file_write(u32 fd, const void *buffer, u64 length) {
  struct file *file = file_of(fd);
  if (!file) {
    return -EBADF;
  }

  switch (file->kind) {
  case KIND_CONSOLE: console_write(buffer, length); return (s64)length;
  case KIND_PIPE_IN: return pipe_write(&pipes[file->index], buffer, length);
  case KIND_NULL: return (s64)length;
  default: return -EBADF;
  }
}

s64 file_seek(u32 fd, s64 offset, u32 from) {
  struct file *file = file_of(fd);
  if (!file || file->kind != KIND_TEXT) {
    return file ? -ESPIPE : -EBADF;
  }

  s64 base = from == 1 ? (s64)file->offset : 0;
  if (from > 1 || base + offset < 0) {
    return -EINVAL;
  }

  file->offset = (u64)(base + offset);
  return (s64)file->offset;
}

s64 file_duplicate(u32 fd, u32 lowest) {
  struct file *file = file_of(fd);
  if (!file) {
    return -EBADF;
  }

  s64 result = take_lowest(lowest, *file);
  if (result >= 0 && file->kind == KIND_PIPE_IN) {
    pipes[file->index].writers++;
  } else if (result >= 0 && file->kind == KIND_PIPE_OUT) {
    pipes[file->index].readers++;
  }

  return result;
}

static s64 status_of(const struct file *file, u64 inode, struct status *status) {
  bool is_pipe = file->kind == KIND_PIPE_IN || file->kind == KIND_PIPE_OUT;
  u32 mode = file->kind == KIND_TEXT ? MODE_FILE : is_pipe ? MODE_PIPE : MODE_CHARACTER;
  *status = (struct status){.device = 1, .inode = inode + 1, .links = 1, .mode = mode, .block_size = PAGE_SIZE};
  return 0;
}

s64 file_status(u32 fd, void *status) {
  struct file *file = file_of(fd);
  return file ? status_of(file, fd, status) : -EBADF;
}

s64 file_status_of(const char *path, void *status) {
  struct file file = {KIND_NONE, 0, 0};
  s64 result = find(path, &file);
  return result < 0 ? result : status_of(&file, FILES + file.index, status);
}

s64 file_pipe(u32 *fds) {
  u32 i = 0;
  while (i < PIPES && pipes[i].is_used) {
    i++;
  }

  if (i == PIPES) {
    return -EMFILE;
  }

  s64 out = take_lowest(0, (struct file){KIND_PIPE_OUT, i, 0});
  s64 in = take_lowest(0, (struct file){KIND_PIPE_IN, i, 0});
  if (out < 0 || in < 0) {
    if (out >= 0) {
      files[out].kind = KIND_NONE;
    }

    return -EMFILE;
  }

  memset(&pipes[i], 0, offsetof(struct pipe, bytes));
  pipes[i].is_used = true;
  pipes[i].readers = pipes[i].writers = 1;
  fds[0] = (u32)out;
  fds[1] = (u32)in;
  return 0;
}

s64 file_control(u32 fd, u32 command, u64 argument) {
  if (!file_of(fd)) {
    return -EBADF;
  }

  switch (command) {
  case F_DUPFD:
  case F_DUPFD_CLOEXEC: return file_duplicate(fd, (u32)argument);
  case F_GETFL: return O_RDWR;
  case F_GETFD:
  case F_SETFD:
  case F_SETFL: return 0;
  default: return -EINVAL;
  }
}

void files_start(void) {
  for (u32 fd = 0; fd < 3; fd++) {
    files[fd] = (struct file){KIND_CONSOLE, 0, 0};
  }
}
