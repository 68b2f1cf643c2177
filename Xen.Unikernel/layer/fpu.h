/* The vector registers, of which the layer uses none. */
#pragma once

#include "layer.h"

/* A thread's structure and its vector state share their pages. */
#define FPU_OFFSET 512

/* Switches on what the processor has. */
void fpu_start(void);
u32 fpu_size(void);
u32 fpu_thread_order(void);
/* The area: fpu_size() bytes, aligned to 64. */
void fpu_save(void *area);
void fpu_restore(const void *area);
/* An area of a program's making: what would fault is made harmless. */
void fpu_restore_checked(void *area);
