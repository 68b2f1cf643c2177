/* All ways into the layer and out of it. Code of the program may be interrupted at any instruction and keeps data below its stack pointer
   (the red zone), so nothing here touches its stack: exceptions and interrupts come in on stacks of their own (IST), a system call
   switches to the thread's kernel stack at once. */

#define FRAME_SIZE (22 * 8)

    .macro push_registers
    push %rax
    push %rbx
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %rbp
    push %r8
    push %r9
    push %r10
    push %r11
    push %r12
    push %r13
    push %r14
    push %r15
    .endm

    .macro pop_registers
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rbp
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rbx
    pop %rax
    .endm

    .text
    /* One stub for each vector, 16 bytes apart. Those that push no error code of their own push 0. */
    .balign 16
    .globl trap_stubs
trap_stubs:
    .set vector, 0
    .rept 256
    .balign 16
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21
    .else
    push $0
    .endif
    push $vector
    .if vector < 32
    jmp exception_entry
    .else
    jmp interrupt_entry
    .endif
    .set vector, vector + 1
    .endr

exception_entry:
    push_registers
    cld
    mov %rsp, %rdi
    call exception              /* may change the frame: a signal's handler runs next */
    jmp return_to_frame

    /* The frame is in the TSS (descriptors.c): it moves to a stack of its own, and the TSS gets its pointer back. */
interrupt_entry:
    push_registers
    cld
    mov %rsp, %rsi
    mov interrupt_work_top, %rdi
    sub $FRAME_SIZE, %rdi
    mov %rdi, %rdx
    mov $FRAME_SIZE / 8, %ecx
    rep movsq
    mov %rdx, %rsp
    mov interrupt_stack_slot, %rax
    mov interrupt_stack_top, %rcx
    mov %rcx, (%rax)
    mov %rsp, %rdi
    call interrupt              /* true: another thread should run */
    test %al, %al
    jz return_to_frame

    /* The work stack is one for all threads, so the frame moves to the kernel stack of this one; the program was running, so that is empty. */
    mov %rsp, %rsi
    mov kernel_stack_top, %rdi
    sub $FRAME_SIZE, %rdi
    mov %rdi, %rdx
    mov $FRAME_SIZE / 8, %ecx
    rep movsq
    mov %rdx, %rsp
    mov %rsp, %rdi
    call preempt

    .globl return_to_frame
return_to_frame:
    pop_registers
    add $16, %rsp
    iretq

    /* halt_until_interrupt(): interrupts on and sleep; off again behind it. interrupt() knows the two places. */
    .globl halt_until_interrupt, halt_instruction, halt_end
halt_until_interrupt:
    sti
halt_instruction:
    hlt
halt_end:
    cli
    ret

    /* SYSCALL left the return address in rcx, the flags in r11, interrupts off (SFMASK), and the stack pointer as it was. */
    .globl system_call_entry
system_call_entry:
    mov %rsp, program_stack_pointer
    mov kernel_stack_top, %rsp
    push $16
    push program_stack_pointer
    push %r11
    push $8
    push %rcx
    push $0
    push $0x80
    push_registers
    mov %rsp, %rdi
    call system_call
    jmp return_to_frame

    /* thread_switch(u64 *save_stack_pointer, u64 stack_pointer): what C expects to be kept across a call is on the stack that is left. */
    .globl thread_switch
thread_switch:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret

    /* A new thread's first switch returns here, its frame on the stack. */
    .globl thread_begin
thread_begin:
    call thread_first_run
    jmp return_to_frame

    .bss
    .balign 8
    .globl kernel_stack_top
kernel_stack_top:
    .skip 8
program_stack_pointer:
    .skip 8

    .section .note.GNU-stack, "", @progbits
