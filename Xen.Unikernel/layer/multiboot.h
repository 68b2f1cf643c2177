/* A boot through GRUB. */
#pragma once

#include "layer.h"

/* Makes a start info of what a multiboot2 loader handed over. Returns its address. */
u64 multiboot_start_info(u32 magic, u64 address);
