#include "clock.h"
#include "console.h"
#include "frames.h"
#include "program.h"
#include "random.h"
#include "syscalls.h"
#include "threads.h"
#include "vm.h"
#include "xen.h"

#define RLIMIT_STACK 3
#define RLIMIT_NOFILE 7
#define FILE_LIMIT 64
#define NAME_SIZE 65

static s64 limit(u32 resource, u64 *old) {
  if (old) {
    old[0] = old[1] = resource == RLIMIT_STACK ? PROGRAM_STACK_SIZE : resource == RLIMIT_NOFILE ? FILE_LIMIT : UINT64_MAX;
  }

  return 0;
}

static s64 call_getrlimit(struct frame *f) {
  return limit((u32)f->rdi, (u64 *)f->rsi);
}

static s64 call_prlimit(struct frame *f) {
  return limit((u32)f->rsi, (u64 *)f->r10);
}

/* struct sysinfo: the garbage collector sizes itself by it. */
static s64 call_sysinfo(struct frame *f) {
  struct {
    s64 uptime;
    u64 loads[3], total, free, shared, buffers, swap_total, swap_free;
    u16 processes, padding;
    u64 high_total, high_free;
    u32 unit;
  } info = {.uptime = (s64)(clock_monotonic() / NANOSECONDS_PER_SECOND), .total = frames_total() * PAGE_SIZE,
            .free = commit_available() * PAGE_SIZE, .processes = (u16)thread_count(), .unit = 1};
  memcpy((void *)f->rdi, &info, sizeof info);
  return 0;
}

static s64 call_uname(struct frame *f) {
  static const char *const names[] = {"Linux", "guest", "6.0.0", "XenStack", "x86_64", ""};
  char *out = (char *)f->rdi;
  memset(out, 0, NAME_SIZE * COUNT_OF(names));
  for (u32 i = 0; i < COUNT_OF(names); i++) {
    memcpy(out + NAME_SIZE * i, names[i], text_length(names[i]));
  }

  return 0;
}

static s64 call_getrandom(struct frame *f) {
  return random_read((void *)f->rdi, f->rsi);
}

/* The end of the program is that of the domain. */
static s64 call_exit_group(struct frame *f) {
  if ((u32)f->rdi) {
    log_line("the program ended with exit code %u", (u32)f->rdi);
  }

  console_take_back();
  console_drain();
  xen_shutdown(SHUTDOWN_POWEROFF);
}

static s64 call_getpid(struct frame *f) {
  (void)f;
  return PROCESS_ID;
}

/* The superuser, in every way of asking. */
static s64 call_getuid(struct frame *f) {
  (void)f;
  return 0;
}

const struct system_call process_calls[] = {
    {SYS_getrlimit, call_getrlimit},   {SYS_prlimit64, call_prlimit}, {SYS_sysinfo, call_sysinfo}, {SYS_uname, call_uname},
    {SYS_getrandom, call_getrandom},   {SYS_exit_group, call_exit_group}, {SYS_getpid, call_getpid}, {SYS_getppid, call_getpid},
    {SYS_getuid, call_getuid},         {SYS_geteuid, call_getuid},    {SYS_getgid, call_getuid},   {SYS_getegid, call_getuid},
    {SYS_get_mempolicy, call_not_there},
};
const u32 process_call_count = COUNT_OF(process_calls);
