/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * x86.S - the beginning of the payload for x86-64: a bzImage (Linux Documentation/arch/
 * x86/boot.rst, protocol 2.12) and an EFI application in one file. Three ways in:
 *
 *     start16       from a boot loader in real mode, as SeaBIOS with QEMU's option ROM is
 *     efi_entry     by EFI as an application: what OVMF does with a kernel that QEMU has
 *     efi_handover  by EFI's older way for kernels, in OVMF where it trusts no application
 */
#define SECOND	  0x148
#define LARGEST	  0x10000	/* with what is only zeros; image.lds looks at both */
#define HANDOVER  1024	/* bytes into .text.start */
#define LOADED_AT  0x100000	/* where a boot loader puts all but the first 4 KiB */
#define PAGES	   0x70000	/* memory of our own below 640 KiB: the page tables, and */
#define STACK	   0x70000	/* below them the stack */

	.globl	pe_machine
	.set	pe_machine, 0x8664

	.section .head.first, "a"
	.ascii	"MZ"
	.org	0x3c
	.long	64

	.section .head.second, "a"
	.code16
second:	/* SECOND bytes into the file */
	.org	0x1f1 - SECOND
	.byte	7			/* sectors before .text, less one */
	.short	0
	.long	LARGEST / 16
	.short	0, 0xffff, 0
	.short	0xaa55
	.org	0x200 - SECOND
	jmp	start16
	.org	0x202 - SECOND
	.ascii	"HdrS"
	.short	0x20c
	.long	0
	.short	0, 0
	.byte	0
	.byte	1			/* loaded at LOADED_AT */
	.short	0
	.long	LOADED_AT
	.long	0, 0, 0
	.short	0
	.byte	0, 0
	.long	0
	.long	0x7fffffff		/* an initrd may be anywhere */
	.long	4096			/* alignment */
	.byte	0, 12
	.short	9			/* 64 bits, EFI handover of 64 bits */
	.long	255
	.long	0
	.quad	0
	.long	0, 0
	.quad	0
	.quad	LOADED_AT
	.long	LARGEST
	.long	HANDOVER - 512

start16:
	cli
	cld
	xorl	%eax, %eax
	movw	%ds, %ax
	shll	$4, %eax
	addl	$gdt - second + SECOND, %eax
	movl	%eax, gdt_register - second + SECOND + 2
	lgdtl	gdt_register - second + SECOND
	movl	%cr0, %eax
	orb	$1, %al
	movl	%eax, %cr0
	ljmpl	$8, $LOADED_AT

	.org	0x2c0 - SECOND
gdt:
	.quad	0
	.quad	0x00cf9b000000ffff	/* 8: code, 32 bits */
	.quad	0x00cf93000000ffff	/* 16: data */
	.quad	0x00af9b000000ffff	/* 24: code, 64 bits */
gdt_register:
	.short	gdt_register - gdt - 1
	.long	0

	.section .text.start, "ax"
	.code32
start32:
	movl	$16, %eax
	movw	%ax, %ds
	movw	%ax, %es
	movw	%ax, %ss
	movl	$STACK, %esp
	/* The first 4 GiB as they are, in pages of 2 MiB. */
	movl	$PAGES, %edi
	xorl	%eax, %eax
	movl	$6 * 1024, %ecx
	rep stosl
	movl	$PAGES + 0x1003, PAGES
	movl	$PAGES + 0x2003, PAGES + 0x1000
	movl	$PAGES + 0x3003, PAGES + 0x1008
	movl	$PAGES + 0x4003, PAGES + 0x1010
	movl	$PAGES + 0x5003, PAGES + 0x1018
	movl	$PAGES + 0x2000, %edi
	movl	$0x83, %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b
	movl	$PAGES, %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$0x20, %eax		/* PAE */
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx	/* EFER: long mode */
	rdmsr
	orl	$0x100, %eax
	wrmsr
	movl	%cr0, %eax
	orl	$0x80000000, %eax	/* paging */
	movl	%eax, %cr0
	ljmpl	$24, $LOADED_AT + start64 - start32

	.code64
start64:
	movl	$1, %ebx		/* WIRE_BIOS */
	xorl	%edx, %edx
	jmp	run

	.globl	efi_entry
efi_entry:	/* rdx: the system table, as EFI calls */
	movl	$2, %ebx		/* WIRE_EFI */
	jmp	run

	.org	HANDOVER
efi_handover:	/* rsi: likewise, as Linux is called */
	movl	$2, %ebx
	movq	%rsi, %rdx
run:
	cli
	cld
	leaq	data_end(%rip), %rdi
	leaq	image_end(%rip), %rcx
	subq	%rdi, %rcx
	xorl	%eax, %eax
	rep stosb
	movl	%ebx, %edi
	movq	%rdx, %rsi
	andq	$-16, %rsp
	call	payload_main
1:	hlt
	jmp	1b

	.section .note.GNU-stack, "", @progbits
