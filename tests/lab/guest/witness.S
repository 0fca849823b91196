/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness: a guest of one boot sector whose whole memory is a counter. Eighteen times a second it
 * reads LBA 1 back, checks that the disk holds what it wrote last, counts on and writes:
 *
 *   0   4  "TICK"
 *   4   4  nonce of this boot (time stamp counter): another value means that the guest was booted anew
 *   8   4  counter
 *   12  4  times that the disk did not hold what this memory had written, or an access failed
 *
 * A counter that goes on under one nonce proves that the memory survived; errors stay zero only if
 * memory and disk belong together.
 */
	.code16
	.globl _start
_start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7000, %sp
	sti
	cld
	mov	%dl, 0x600
	rdtsc
	movl	$0x4b434954, 0x8000
	mov	%eax, 0x8004
	movl	$0, 0x8008
	movl	$0, 0x800c
	jmp	write
loop:
	mov	$0x0201, %ax		/* read LBA 1 to 0x8200 */
	mov	$0x8200, %bx
	call	disk
	jc	bad
	mov	$0x8004, %si
	mov	$0x8204, %di
	mov	$6, %cx			/* nonce, counter, errors: as words */
	repe	cmpsw
	je	write
bad:
	incl	0x800c
write:
	incl	0x8008
	mov	$0x0301, %ax
	mov	$0x8000, %bx
	call	disk
	mov	$'.', %al
	jnc	1f
	incl	0x800c
	mov	$'!', %al
1:	call	putc
	testb	$0x3f, 0x8008
	jnz	3f
	mov	$10, %al
	call	putc
3:	mov	0x46c, %bx		/* wait for the next tick of 18.2 Hz */
2:	hlt
	cmp	0x46c, %bx
	je	2b
	jmp	loop

disk:	/* AX command and count, BX buffer: CHS 0/0/2 of the boot drive, carry on error */
	mov	$0x0002, %cx
	mov	$0, %dh
	mov	0x600, %dl
	int	$0x13
	ret

putc:	push	%ax
	mov	$0x3fd, %dx
4:	inb	%dx, %al
	test	$0x20, %al
	jz	4b
	pop	%ax
	mov	$0x3f8, %dx
	outb	%al, %dx
	ret

	.org	510
	.word	0xaa55
