/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * arm64.S - the beginning of the payload for arm64: Linux's image header (Documentation/
 * arch/arm64/booting.rst), by which QEMU knows what to start without firmware, and an EFI
 * application.
 */
#define STACK_BYTES 16384
#define LARGEST	    0x10000	/* image.lds looks at it */

	.globl	pe_machine
	.set	pe_machine, 0xaa64

	.section .head.first, "ax"
	ccmp	x18, #0, #0xd, pl	/* which is "MZ" and does nothing that matters */
	b	start
	.quad	0
	.quad	LARGEST
	.quad	0xa			/* little-endian, pages of 4 KiB, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	64

	.section .text.start, "ax"
start:	/* without firmware: the MMU is off */
	adrp	x1, stack_end
	add	x1, x1, :lo12:stack_end
	mov	sp, x1
	mov	w19, #3			/* WIRE_NO_FIRMWARE */
	mov	x20, #0
	b	run

	.globl	efi_entry
efi_entry:	/* x1: the system table */
	mov	w19, #2			/* WIRE_EFI */
	mov	x20, x1
run:
	msr	daifset, #0xf
	adrp	x0, data_end
	add	x0, x0, :lo12:data_end
	adrp	x1, image_end
	add	x1, x1, :lo12:image_end
1:	str	xzr, [x0], #8
	cmp	x0, x1
	b.lo	1b
	mov	w0, w19
	mov	x1, x20
	bl	payload_main
2:	wfi
	b	2b

	.section .bss
	.balign	16
	.skip	STACK_BYTES
stack_end:

	.section .note.GNU-stack, "", %progbits
