/* The first instructions: from the entry of Xen's PVH (32 bits, no paging, no stack; xen-protocols 1.1) or of a multiboot2 loader, which is the same
   but for eax, to boot() in 64-bit mode. */

#define PRESENT_WRITABLE 3
#define PRESENT_WRITABLE_LARGE 0x83
#define GIGABYTES 4
#define MULTIBOOT_MAGIC 0xe85250d6
#define MULTIBOOT_I386 0

    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 8, 18              /* XEN_ELFNOTE_PHYS32_ENTRY; QEMU reads 8 bytes of it */
    .asciz "Xen"
    .quad layer_entry

    /* Of the second version alone: QEMU would prefer a header of the first one to the note. */
    .section .multiboot, "ax", @progbits
    .balign 8
multiboot_header:
    .long MULTIBOOT_MAGIC, MULTIBOOT_I386, multiboot_header_end - multiboot_header
    .long -(MULTIBOOT_MAGIC + MULTIBOOT_I386 + multiboot_header_end - multiboot_header)
    .short 3, 0                 /* the entry's address: the file's own is that of libc */
    .long 12, multiboot_entry, 0
    .short 0, 0                 /* the end */
    .long 8
multiboot_header_end:

    .section .bss.boot, "aw", @nobits
    .balign 4096
boot_pml4:
    .skip 4096
boot_pdpt:
    .skip 4096
boot_pd:
    .skip 4096 * GIGABYTES
    .globl boot_stack, boot_stack_end
boot_stack:
    .skip 16384
boot_stack_end:

    .section .rodata.boot, "a"
    .balign 8
boot_gdt:
    .quad 0
    .quad 0x00af9b000000ffff    /* 8: 64-bit code */
    .quad 0x00cf93000000ffff    /* 16: data */
boot_gdt_pointer:
    .word boot_gdt_pointer - boot_gdt - 1
    .long boot_gdt

    .text
    .code32
    .globl layer_entry
layer_entry:
    xor %eax, %eax              /* PVH leaves anything in it */
multiboot_entry:
    cld
    mov %eax, %edi              /* the loader's magic number */
    mov %ebx, %esi              /* its information */
    mov $boot_stack_end, %esp

    /* The first 4 GiB, mapped where they are and at DIRECT_BASE, until paging.c has made the real tables. */
    movl $boot_pdpt + PRESENT_WRITABLE, boot_pml4
    movl $boot_pdpt + PRESENT_WRITABLE, boot_pml4 + 256 * 8
    mov $boot_pd + PRESENT_WRITABLE, %eax
    xor %ecx, %ecx
1:  mov %eax, boot_pdpt(, %ecx, 8)
    add $4096, %eax
    inc %ecx
    cmp $GIGABYTES, %ecx
    jne 1b
    mov $PRESENT_WRITABLE_LARGE, %eax
    xor %ecx, %ecx
2:  mov %eax, boot_pd(, %ecx, 8)
    add $0x200000, %eax
    inc %ecx
    cmp $512 * GIGABYTES, %ecx
    jne 2b

    mov %cr4, %eax
    or $0x20, %eax              /* PAE */
    mov %eax, %cr4
    mov $boot_pml4, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    rdmsr
    or $0x900, %eax             /* EFER.LME, EFER.NXE */
    wrmsr
    mov $0x80010033, %eax       /* PG, WP (read-only pages also bind ring 0), NE, ET, MP, PE */
    mov %eax, %cr0
    lgdt boot_gdt_pointer
    ljmp $8, $3f

    .code64
3:  mov $16, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $boot_stack_end, %rsp
    mov %esi, %esi              /* boot(loader, information); a 32-bit move clears the upper half */
    xor %ebp, %ebp
    call boot
    ud2

    .section .note.GNU-stack, "", @progbits
