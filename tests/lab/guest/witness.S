/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The witness: a guest of one boot sector whose whole memory is a counter. Eighteen times a second it
 * reads LBA 1 back, checks that the disk holds what it wrote last, counts on and writes. If it has a second disk, it does
 * the same with that:
 *
 *   0   4  "TICK"
 *   4   4  nonce of this boot (time stamp counter): another value means that the guest was booted anew
 *   8   4  counter
 *   12  4  times that the disk did not hold what this memory had written, an access failed, or a stretch of
 *          memory was not what the boot had filled it with
 *
 * A counter that goes on under one nonce proves that the memory survived; errors stay zero only if
 * memory and disk belong together. FILL bytes from 1 MiB up are filled at boot, each word with its own
 * address and the nonce, so that a pre-copy has something to send; STRETCH bytes of them are looked at
 * each tick, all of them within fifteen seconds.
 */
	.set	FILL, 16 << 20
	.set	BASE, 1 << 20
	.set	STRETCH, 64 << 10

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
	movl	$BASE, 0x604		/* where the next look begins */
	call	flat
	mov	$BASE, %edi
	mov	$FILL / 4, %ecx
fill:	mov	%edi, %eax
	xor	0x8004, %eax
	mov	%eax, %fs:(%edi)
	add	$4, %edi
	loopl	fill
	jmp	write
loop:
	call	flat			/* the BIOS may have taken it back */
	mov	0x604, %edi
	mov	$STRETCH / 4, %ecx
check:	mov	%edi, %eax
	xor	0x8004, %eax
	cmp	%eax, %fs:(%edi)
	jne	lost
	add	$4, %edi
	loopl	check
	jmp	next
lost:	incl	0x800c
next:	mov	0x604, %edi
	add	$STRETCH, %edi
	cmp	$BASE + FILL, %edi
	jb	1f
	mov	$BASE, %edi
1:	mov	%edi, 0x604
	mov	$verify, %bp
	call	disks
write:
	incl	0x8008
	mov	$put, %bp
	call	disks
	testb	$0x3f, 0x8008
	jnz	3f
	mov	$10, %al
	call	putc
3:	mov	0x46c, %bx		/* wait for the next tick of 18.2 Hz */
2:	hlt
	cmp	0x46c, %bx
	je	2b
	jmp	loop

flat:	/* FS reaches all of memory from 0, as far as real mode lets it keep that */
	cli
	lgdt	gdt
	mov	%cr0, %eax
	or	$1, %al
	mov	%eax, %cr0
	mov	$8, %bx
	mov	%bx, %fs
	and	$0xfe, %al
	mov	%eax, %cr0
	sti
	ret

disks:	/* BP is called for the boot drive and, if there is one, the next */
	call	*%bp
	cmpb	$1, 0x475		/* the BIOS's count of them */
	jbe	1f
	incb	0x600
	call	*%bp
	decb	0x600
1:	ret

verify:	mov	$0x0201, %ax		/* read LBA 1 to 0x8200 */
	mov	$0x8200, %bx
	call	disk
	jc	bad
	mov	$0x8004, %si
	mov	$0x8204, %di
	mov	$6, %cx			/* nonce, counter, errors: as words */
	repe	cmpsw
	je	1f
bad:	incl	0x800c
1:	ret

put:	mov	$0x0301, %ax
	mov	$0x8000, %bx
	call	disk
	mov	$'.', %al
	jnc	putc
	incl	0x800c
	mov	$'!', %al
	jmp	putc

disk:	/* AX command and count, BX buffer: CHS 0/0/2 of the drive 0x600, carry on error */
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

	.balign	8
gdt:	.word	gdt_end - gdt - 1	/* its own first entry holds where it is */
	.long	gdt
	.word	0
	.quad	0x008f92000000ffff	/* data, base 0, 4 GiB */
gdt_end:

	.org	510
	.word	0xaa55
