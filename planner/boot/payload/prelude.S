/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * prelude.S - what runs between SeaBIOS and an x86 kernel that QEMU starts as an ELF image
 * (kernel-prelude.c puts it there): it switches off the I/O and memory decoding of all PCI
 * functions, except host bridges, other bridges that are not PCI-to-PCI, and displays, by
 * whose decoding the kernel recognizes the one with the BIOS's ROM.
 *
 * The kernel switches decoding off and on for each register of each function that it
 * sizes, and QEMU makes new memory maps, for all its address spaces, each time: under TCG
 * that is a third of the kernel's whole start. The addresses in the registers stay, and
 * drivers switch on the decoding of what they use.
 *
 * Starts as the PVH boot protocol says (32 bits, no paging, ebx: start info), and goes on
 * to the kernel in the same state. There is no stack. esi: the address of the function's
 * first register, as port 0xcf8 expects it.
 */
#define ADDRESS 0xcf8
#define DATA	0xcfc
#define END	0x81000000	/* after 256 buses */
#define DEVICE	0x800
#define FUNCTION 0x100
#define FUNCTIONS 0x700

	.macro	select register
	leal	\register(%esi), %eax
	movw	$ADDRESS, %dx
	outl	%eax, %dx
	movw	$DATA, %dx
	.endm

	.code32
	.text
	movl	$0x80000000, %esi
next:
	select	0			/* device and vendor */
	inl	%dx, %eax
	cmpw	$0xffff, %ax
	jne	present
	testl	$FUNCTIONS, %esi
	jnz	next_function
	jmp	next_device
present:
	select	8			/* class and revision */
	inl	%dx, %eax
	shrl	$16, %eax
	cmpw	$0x0604, %ax		/* PCI-to-PCI bridge */
	je	switch_off
	cmpb	$0x06, %ah
	je	done
	cmpb	$0x03, %ah		/* display */
	je	done
switch_off:
	select	4			/* command, without status */
	inw	%dx, %ax
	testw	$3, %ax
	jz	done
	andw	$0xfffc, %ax
	outw	%ax, %dx
done:
	testl	$FUNCTIONS, %esi
	jnz	next_function
	select	12			/* header type in the third byte */
	inl	%dx, %eax
	testl	$0x800000, %eax		/* several functions */
	jnz	next_function
next_device:
	addl	$DEVICE, %esi
	jmp	check_end
next_function:
	addl	$FUNCTION, %esi
	/* after function 7 this is function 0 of the next device */
check_end:
	cmpl	$END, %esi
	jb	next
	.byte	0xe9			/* jmp, relative; the distance is filled in: */
	.long	0
