#include "files.h"
#include "syscalls.h"

/* struct iovec */
struct vector {
  u64 address, length;
};

static s64 call_read(struct frame *f) {
  return file_read((u32)f->rdi, (void *)f->rsi, f->rdx);
}

static s64 call_write(struct frame *f) {
  return file_write((u32)f->rdi, (const void *)f->rsi, f->rdx);
}

static s64 call_pread(struct frame *f) {
  return file_read_at((u32)f->rdi, (void *)f->rsi, f->rdx, f->r10);
}

static s64 call_writev(struct frame *f) {
  const struct vector *vectors = (const struct vector *)f->rsi;
  s64 total = 0;
  for (u64 i = 0; i < f->rdx; i++) {
    s64 written = file_write((u32)f->rdi, (const void *)vectors[i].address, vectors[i].length);
    if (written < 0) {
      return total ? total : written;
    }

    total += written;
  }

  return total;
}

static s64 call_readv(struct frame *f) {
  const struct vector *vectors = (const struct vector *)f->rsi;
  s64 total = 0;
  for (u64 i = 0; i < f->rdx; i++) {
    s64 read = file_read((u32)f->rdi, (void *)vectors[i].address, vectors[i].length);
    if (read < 0) {
      return total ? total : read;
    }

    total += read;
    if ((u64)read < vectors[i].length) {
      break;
    }
  }

  return total;
}

static s64 call_open(struct frame *f) {
  return file_open((const char *)f->rdi);
}

static s64 call_openat(struct frame *f) {
  return file_open((const char *)f->rsi);
}

static s64 call_close(struct frame *f) {
  return file_close((u32)f->rdi);
}

static s64 call_stat(struct frame *f) {
  return file_status_of((const char *)f->rdi, (void *)f->rsi);
}

static s64 call_newfstatat(struct frame *f) {
  return file_status_of((const char *)f->rsi, (void *)f->rdx);
}

static s64 call_fstat(struct frame *f) {
  return file_status((u32)f->rdi, (void *)f->rsi);
}

static s64 call_lseek(struct frame *f) {
  return file_seek((u32)f->rdi, (s64)f->rsi, (u32)f->rdx);
}

/* No terminal anywhere. */
static s64 call_ioctl(struct frame *f) {
  return file_is_open((u32)f->rdi) ? -ENOTTY : -EBADF;
}

static s64 call_dup(struct frame *f) {
  return file_duplicate((u32)f->rdi, 0);
}

static s64 call_fcntl(struct frame *f) {
  return file_control((u32)f->rdi, (u32)f->rsi, f->rdx);
}

static s64 call_flock(struct frame *f) {
  return file_is_open((u32)f->rdi) ? 0 : -EBADF;
}

static s64 call_pipe2(struct frame *f) {
  return file_pipe((u32 *)f->rdi);
}

/* There are no links, no folders and no working folder. */
static s64 call_no_entry(struct frame *f) {
  (void)f;
  return -ENOENT;
}

const struct system_call file_calls[] = {
    {SYS_read, call_read},         {SYS_write, call_write},       {SYS_pread64, call_pread},         {SYS_readv, call_readv},
    {SYS_writev, call_writev},     {SYS_open, call_open},         {SYS_openat, call_openat},         {SYS_close, call_close},
    {SYS_stat, call_stat},         {SYS_lstat, call_stat},        {SYS_newfstatat, call_newfstatat}, {SYS_fstat, call_fstat},
    {SYS_lseek, call_lseek},       {SYS_ioctl, call_ioctl},       {SYS_dup, call_dup},               {SYS_fcntl, call_fcntl},
    {SYS_flock, call_flock},       {SYS_pipe2, call_pipe2},       {SYS_readlink, call_no_entry},     {SYS_readlinkat, call_no_entry},
    {SYS_getcwd, call_no_entry},   {SYS_access, call_no_entry},   {SYS_faccessat, call_no_entry},    {SYS_statfs, call_not_there},
    {SYS_fstatfs, call_not_there}, {SYS_statx, call_not_there},   {SYS_getdents64, call_not_there},
};
const u32 file_call_count = COUNT_OF(file_calls);
