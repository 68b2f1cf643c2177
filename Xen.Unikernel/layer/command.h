/* The guest's command line: words for the program, settings for the runtime. Xen.Platform's BootArguments reads the same line for C#. */
#pragma once

#include "layer.h"

#define COMMAND_SIZE 4096

/* Takes a copy; "" for none. */
void command_start(const char *line);
/* The program's words, after its name; NULL ends them. */
char **command_arguments(u32 *count);
/* The environment: NAME=VALUE, each name once, with the last value that the line has for it. */
char **command_environment(u32 *count);
/* Adds NAME=hexadecimal, unless the line set NAME or another way to say the same, whose name begins with it: GCHeapHardLimitPercent. At most twice. */
void command_set_default(const char *name, u64 value);
/* --cooperative: a thread runs until it waits. */
bool command_is_cooperative(void);
