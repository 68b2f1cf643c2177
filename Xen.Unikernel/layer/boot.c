/* The order of boot. Each line may use what the lines above it have started. */
#include "apic.h"
#include "clock.h"
#include "command.h"
#include "console.h"
#include "cpu.h"
#include "descriptors.h"
#include "elf.h"
#include "files.h"
#include "fpu.h"
#include "frames.h"
#include "guard.h"
#include "layout.h"
#include "memory_map.h"
#include "multiboot.h"
#include "paging.h"
#include "program.h"
#include "random.h"
#include "start_info.h"
#include "syscalls.h"
#include "threads.h"
#include "vm.h"
#include "xen.h"

/* What stays free of the garbage collector's heap: pages for rings, the C heap, stacks. */
static u64 heap_limit(void) {
  u64 limit = commit_limit() * PAGE_SIZE;
  u64 other = limit / 4 > 0x200000 ? limit / 4 : 0x200000;
  return limit > 2 * other ? limit - other : limit / 2;
}

/* Addresses for the heap, which the collector reserves once and which cost nothing until they are used. Five times the heap is its own rule. Below
   1 GiB it fails for some sizes; with no range given it takes twice the memory when it has no limit. */
static u64 heap_range(void) {
  u64 range = 5 * commit_limit() * PAGE_SIZE;
  return range > 0x40000000 ? range : 0x40000000;
}

/* The loader's magic number: 0 for PVH, whose information is a start info. */
_Noreturn void boot(u32 loader, u64 information);
void boot(u32 loader, u64 information) {
  xen_detect();
  descriptors_start();
  start_info_read(loader ? multiboot_start_info(loader, information) : information);
  paging_start();
  frames_start();
  fpu_start();
  xen_start();
  console_start();
  clock_start();
  random_start();
  guard_start();
  command_start(start_info_command_line());
  vm_start();
  threads_start();
  threads_set_preemptive(!command_is_cooperative());
  apic_start();
  files_start();
  syscalls_start();
  if (!xen_is_present()) {
    log_line("PVH but not Xen: console on COM1; no devices, no xenstore, no other domains");
  }

  command_set_default("DOTNET_GCHeapHardLimit", heap_limit());
  command_set_default("DOTNET_GCRegionRange", heap_range());
  program_start();
}
