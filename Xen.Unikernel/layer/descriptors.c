#include "descriptors.h"

#include "frame.h"

#define STACK_SIZE 8192
#define FRAME_AREA_SIZE 256
#define GATE_INTERRUPT 0x8e
#define SELECTOR_TSS 24
#define STUB_SIZE 16ul
#define FIRST_INTERRUPT 32

/* Interrupt stack table: a stack for each kind of entry that may come while another is being handled. */
enum { IST_INTERRUPT = 1, IST_EXCEPTION, IST_PAGE_FAULT, IST_DOUBLE_FAULT, IST_NMI, IST_MACHINE_CHECK, IST_COUNT };

struct gate {
  u16 offset_low, selector;
  u8 ist, type;
  u16 offset_middle;
  u32 offset_high, reserved;
};

struct __attribute__((packed)) tss {
  u32 reserved;
  u64 rsp[3], reserved2, ist[7], reserved3;
  u16 reserved4, io_map;
};

struct __attribute__((packed)) table_pointer {
  u16 limit;
  u64 base;
};

extern const u8 trap_stubs[];

/* On IST_INTERRUPT's an interrupt is handled; its frame comes in elsewhere. The pages before them are left out of the page tables. */
static struct {
  u8 guard[PAGE_SIZE], stack[STACK_SIZE];
} stacks[IST_COUNT - 1] __attribute__((aligned(PAGE_SIZE)));
/* entry.S: before boot's stack lie boot's page tables, which nobody needs any more once the real ones are there. */
extern u8 boot_stack[];
static struct gate idt[256];

/* Interrupts push their frame into the TSS itself, so that SS, the first word of it, replaces the pointer to this very stack until the stub puts it
   back. A processor that delivers the same interrupt again before the stub's first instruction then has no stack for it, and the first frame
   is not overwritten: the page fault returns to the stub. QEMU 7.2 does that to guests of a Xen that it emulates, once in some thousand
   interrupts; Linux bears it because it takes interrupts on the stack in use, which code with a red zone cannot. */
#define TSS_IST_OFFSET 0x24
#define TSS_BELOW_TOP (TSS_IST_OFFSET + sizeof(u64))
static u8 interrupt_area[FRAME_AREA_SIZE + sizeof(struct tss)] __attribute__((aligned(16)));
#define interrupt_top (interrupt_area + FRAME_AREA_SIZE)
#define task_state ((struct tss *)(interrupt_top - TSS_BELOW_TOP))
_Static_assert(offsetof(struct tss, ist) == TSS_IST_OFFSET, "TSS");

/* Read by traps.S: where the pointer is, what it is, and the stack that the frame moves to. */
u64 *interrupt_stack_slot;
u64 interrupt_stack_top, interrupt_work_top;
/* Null, code, data, and the TSS in two entries. */
static u64 gdt[5] = {0, 0x00af9b000000ffff, 0x00cf93000000ffff};

static u8 ist_of(u32 vector) {
  switch (vector) {
  case VECTOR_NMI: return IST_NMI;
  case VECTOR_DOUBLE_FAULT: return IST_DOUBLE_FAULT;
  case VECTOR_PAGE_FAULT: return IST_PAGE_FAULT;
  case VECTOR_MACHINE_CHECK: return IST_MACHINE_CHECK;
  default: return vector < 32 ? IST_EXCEPTION : IST_INTERRUPT;
  }
}

static void load(void) {
  struct table_pointer gdt_pointer = {sizeof gdt - 1, (u64)gdt};
  struct table_pointer idt_pointer = {sizeof idt - 1, (u64)idt};
  __asm__ volatile("lgdt %0; lidt %1; ltr %w2" ::"m"(gdt_pointer), "m"(idt_pointer), "r"(SELECTOR_TSS) : "memory");
}

void descriptors_start(void) {
  for (u32 i = 0; i < COUNT_OF(idt); i++) {
    u64 stub = (u64)trap_stubs + i * STUB_SIZE;
    idt[i] = (struct gate){(u16)stub, SELECTOR_CODE, ist_of(i), GATE_INTERRUPT, (u16)(stub >> 16), (u32)(stub >> 32), 0};
  }

  for (u32 i = 0; i < COUNT_OF(stacks); i++) {
    task_state->ist[i] = (u64)stacks[i].stack + STACK_SIZE;
  }

  interrupt_work_top = task_state->ist[IST_INTERRUPT - 1];
  interrupt_stack_slot = (u64 *)((u8 *)task_state + TSS_IST_OFFSET);
  interrupt_stack_top = (u64)interrupt_top;
  task_state->ist[IST_INTERRUPT - 1] = interrupt_stack_top;
  task_state->io_map = sizeof(struct tss);
  u64 base = (u64)task_state;
  gdt[3] = (sizeof(struct tss) - 1) | (base & 0xffffff) << 16 | 0x89ul << 40 | (base >> 24 & 0xff) << 56;
  gdt[4] = base >> 32;
  load();
}

u64 descriptors_guard(u32 index) {
  if (index < COUNT_OF(stacks)) {
    return (u64)stacks[index].guard;
  }

  return index == COUNT_OF(stacks) ? (u64)boot_stack - PAGE_SIZE : 0;
}

bool descriptors_is_guard(u64 address) {
  u64 guard;
  for (u32 i = 0; (guard = descriptors_guard(i)); i++) {
    if (PAGE_DOWN(address) == guard) {
      return true;
    }
  }

  return false;
}

bool descriptors_is_interrupt_stub(u64 address) {
  u64 offset = address - (u64)trap_stubs;
  return offset < 256 * STUB_SIZE && offset % STUB_SIZE == 0 && offset / STUB_SIZE >= FIRST_INTERRUPT;
}
