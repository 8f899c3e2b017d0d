/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * uefi-only.S - what a BIOS finds in the boot sector of a disk that boots with UEFI
 * only: it prints a message on the screen and on the first serial port, and halts.
 *
 * Theory of operation: the BIOS loads the sector to 0000:7c00 and jumps there with
 * nothing promised but CS:IP (whose split differs between BIOSes) and DL. So data
 * segment, stack and direction are set first, jumps are relative, and the message, which
 * stands right behind the code and ends with a NUL, is addressed from segment 0.
 *
 * The serial port is driven directly: without a screen (QEMU -nodefaults, a server's
 * console) nobody else would show the text. Waiting for it is bounded, and a port that
 * was not ready once is not asked again, or 400 characters would wait 400 times.
 * Without a port the status reads 0xff, which is ready.
 *
 * The code is data to this program: it is assembled at build time, and a test holds it
 * against the bytes in stub-bytes.h, which builds for other processors take.
 */
	.section .rodata
	.global stub_code, stub_code_bytes
	.balign 4
	.set LOADED_AT, 0x7c00
	.set COM1, 0x3f8		/* data; its line status is 5 above */

	.code16
stub_code:
	xorw	%ax, %ax
	movw	%ax, %ds
	movw	%ax, %ss
	movw	$LOADED_AT, %sp		/* directly behind SS: no interrupt between */
	cld
	xorw	%di, %di		/* not 0: the serial port gave no answer */
	movw	$(LOADED_AT + message - stub_code), %si
next:
	lodsb
	testb	%al, %al
	jz	halt
	pushw	%ax
	movb	$0x0e, %ah		/* teletype output ... */
	movw	$0x0007, %bx		/* ... on page 0, light grey in graphics modes */
	int	$0x10
	popw	%ax
	testw	%di, %di
	jnz	next
	movb	%al, %ah
	movw	$(COM1 + 5), %dx
	xorw	%cx, %cx		/* 65536 looks */
wait:
	inb	%dx, %al
	testb	$0x20, %al		/* transmitter holding register empty */
	loopz	wait
	jz	silent
	movb	$(COM1 & 0xff), %dl
	movb	%ah, %al
	outb	%al, %dx
	jmp	next
silent:
	decw	%di
	jmp	next
halt:
	hlt
	jmp	halt
message:

	.balign 4
stub_code_bytes:
	.long	message - stub_code
	.section .note.GNU-stack, "", @progbits
