#include "start_info.h"

#include "command.h"
#include "layout.h"
#include "memory_map.h"
#include "xen.h"

#define MODULES 16
#define MAP_ENTRIES 256
#define VERSION_0_SIZE 40
/* From version 2 of ACPI on. */
#define RSDP_SIZE 36

static char command[COMMAND_SIZE];
static u64 address_of_info;

static bool is_reachable(u64 address, u64 size) {
  return address && address < REACHABLE && size <= REACHABLE - address;
}

static size_t read_command_line(u64 address) {
  size_t length = 0;
  while (is_reachable(address, 1) && is_reachable(address + length, 1)) {
    char c = *(const char *)direct(address + length);
    if (!c) {
      break;
    }

    if (length == sizeof command - 1) {
      panic("start info: the command line has more than %u characters", (u32)sizeof command - 1);
    }

    command[length++] = c;
  }

  return length;
}

static void read_map(const struct start_info *info) {
  bool has_map = info->version >= 1 && info->memory_map_count;
  if (!has_map && xen_memory_map()) {
    return;
  }

  u64 size = info->memory_map_count * sizeof(struct map_entry);
  if (!has_map || info->memory_map_count > MAP_ENTRIES || !is_reachable(info->memory_map, size)) {
    panic("start info: no memory map, and none from Xen");
  }

  const struct map_entry *entries = direct(info->memory_map);
  for (u32 i = 0; i < info->memory_map_count; i++) {
    memory_map_add(entries[i].address, entries[i].size, entries[i].type);
  }
}

/* Modules that nobody reserved would be written over, and the program would read what lies there then. */
static void reserve_modules(const struct start_info *info) {
  if (!info->module_count) {
    return;
  }

  if (info->module_count > MODULES || !is_reachable(info->modules, info->module_count * sizeof(struct module))) {
    panic("start info: %u modules at %lx, expected at most %u, below 4 GiB", info->module_count, info->modules, MODULES);
  }

  const struct module *modules = direct(info->modules);
  memory_map_reserve(info->modules, info->module_count * sizeof(struct module));
  for (u32 i = 0; i < info->module_count; i++) {
    if (modules[i].size > UINT64_MAX - modules[i].address) {
      panic("start info: module %u at %lx has %lx bytes, which reach beyond 2^64", i, modules[i].address, modules[i].size);
    }

    memory_map_reserve(modules[i].address, modules[i].size);
    memory_map_reserve(modules[i].command_line, modules[i].command_line ? PAGE_SIZE : 0);
  }
}

void start_info_read(u64 address) {
  const struct start_info *info = direct(address);
  address_of_info = address;
  if (info->magic != START_INFO_MAGIC) {
    panic("start info at %lx has the magic %x, expected %x", address, info->magic, START_INFO_MAGIC);
  }

  size_t command_length = read_command_line(info->command_line);
  read_map(info);
  memory_map_finish();
  memory_map_reserve((u64)__ehdr_start, (u64)_end - (u64)__ehdr_start);
  memory_map_reserve(address, info->version >= 1 ? sizeof(struct start_info) : VERSION_0_SIZE);
  memory_map_reserve(info->command_line, command_length + 1);
  memory_map_reserve(info->rsdp, info->rsdp ? RSDP_SIZE : 0);
  if (info->version >= 1) {
    memory_map_reserve(info->memory_map, info->memory_map_count * sizeof(struct map_entry));
  }

  reserve_modules(info);
}

const char *start_info_command_line(void) {
  return command;
}

u64 start_info_address(void) {
  return address_of_info;
}
