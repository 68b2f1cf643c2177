/* Virtual memory as the program sees it: mmap and its family, page faults, and the account of what is committed. */
#pragma once

#include "layer.h"

#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_FIXED_NOREPLACE 0x100000

#define MADV_DONTNEED 4
#define MADV_FREE 8

/* What the program's accesses find. */
enum fault_result { FAULT_RESOLVED, FAULT_NO_MAPPING, FAULT_FORBIDDEN, FAULT_NO_MEMORY };

void vm_start(void);
/* These five return what the system calls return: an address or 0, or minus an errno. */
s64 vm_map(u64 address, u64 length, u32 protection, u32 flags);
s64 vm_unmap(u64 address, u64 length);
s64 vm_protect(u64 address, u64 length, u32 protection);
s64 vm_advise(u64 address, u64 length, u32 advice);
s64 vm_break(u64 address);

/* A stack is large and hardly used: what is counted of it is its beginning, and below that what it uses. */
void vm_mark_stack(u64 stack_pointer);
/* The page fault's handler. */
enum fault_result vm_fault(u64 address, bool is_write, bool is_execute);
/* Brings all pages of a range in, so that the layer can write to it where it must not fault. */
bool vm_bring_in(u64 address, u64 length);
/* True when the address is in a page that a stack must not grow into. */
bool vm_is_stack_guard(u64 address);
/* The mapping around an address; false when there is none. */
bool vm_find(u64 address, u64 *start, u64 *end);

/* Pages that are promised, and those that may be: malloc and mmap fail before memory runs out, so that .NET throws OutOfMemoryException. */
bool commit_charge(u64 pages);
/* What cannot be refused: it may use the reserve. */
void commit_take(u64 pages);
void commit_release(u64 pages);
u64 commit_charged(void);
u64 commit_limit(void);
/* What may be promised still. */
u64 commit_available(void);
