/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only process of the lab's Linux guest: a real kernel with real virtio, whose memory and disk watch each other.
 *
 * Some hundred times a second it writes a block (sequence number, contents that follow from it, checksum) to the next of SLOTS
 * places on the disk, reads another place back and compares it with what its memory says was written there last; and it
 * checks a piece of PATTERN, memory that must never change. Then it writes sector 1 as the witness does (witness.S):
 * "TICK", nonce of this boot, counter, errors; so the same tools follow it. Progress goes to the console.
 * O_DIRECT: the guest's page cache must not hide what the disk holds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 16384
#define FIRST (1 << 20) /* the slots begin here: what lies before is the witness's */
#define SLOTS 1024
#define PATTERN (8 << 20)
#define PIECE (64 << 10)

struct block {
	uint64_t sequence, checksum;
	uint64_t words[BLOCK / 8 - 2];
};

struct witness {
	char magic[4];
	uint32_t nonce, counter, errors;
	char rest[496];
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

static void fill(struct block *b, uint64_t sequence, uint32_t nonce)
{
	uint64_t sum = mix(sequence ^ (uint64_t)nonce << 32);

	b->sequence = sequence;
	for (size_t i = 0; i < BLOCK / 8 - 2; i++) {
		b->words[i] = mix(sequence * 2048 + i) ^ nonce;
		sum = mix(sum ^ b->words[i]);
	}
	b->checksum = sum;
}

/* The modules lie in /modules, named by their order. */
static void load_modules(void)
{
	char path[64];

	for (int i = 0; i < 32; i++) {
		snprintf(path, sizeof(path), "/modules/%02d.ko", i);
		int fd = open(path, O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			return;
		if (syscall(SYS_finit_module, fd, "", 0) < 0)
			perror(path);
		close(fd);
	}
}

static int open_disk(void)
{
	for (int i = 0; i < 200; i++) {
		int fd = open("/dev/vda", O_RDWR | O_DIRECT | O_SYNC | O_CLOEXEC);

		if (fd >= 0)
			return fd;
		usleep(50000);
	}
	return -1;
}

static void complain(const char *what, uint64_t sequence, uint32_t *errors)
{
	++*errors;
	printf("WRONG %s at %llu: errors %u\n", what, (unsigned long long)sequence, *errors);
}

static void work(int disk, uint32_t nonce)
{
	static uint64_t written[SLOTS];
	struct block *b, *expected;
	struct witness *w;
	uint64_t *pattern = malloc(PATTERN);
	uint32_t errors = 0;

	if (!pattern || posix_memalign((void **)&b, 4096, BLOCK) || posix_memalign((void **)&expected, 4096, BLOCK) ||
	    posix_memalign((void **)&w, 4096, sizeof(*w)))
		return;
	memset(w, 0, sizeof(*w));
	memcpy(w->magic, "TICK", 4);
	w->nonce = nonce;
	for (size_t i = 0; i < PATTERN / 8; i++)
		pattern[i] = mix(i ^ nonce);
	for (uint64_t sequence = 1;; sequence++) {
		size_t slot = sequence % SLOTS, other = mix(sequence) % SLOTS;
		size_t piece = sequence % (PATTERN / PIECE) * (PIECE / 8);

		fill(b, sequence, nonce);
		if (pwrite(disk, b, BLOCK, FIRST + (off_t)slot * BLOCK) != BLOCK)
			complain("write", sequence, &errors);
		written[slot] = sequence;
		if (written[other]) {
			fill(expected, written[other], nonce);
			if (pread(disk, b, BLOCK, FIRST + (off_t)other * BLOCK) != BLOCK ||
			    memcmp(b, expected, BLOCK) != 0)
				complain("block on the disk", written[other], &errors);
		}
		for (size_t i = piece; i < piece + PIECE / 8; i++)
			if (pattern[i] != mix(i ^ nonce)) {
				complain("memory", i, &errors);
				break;
			}
		w->counter = (uint32_t)sequence;
		w->errors = errors;
		if (pwrite(disk, w, 512, 512) != 512)
			complain("sector 1", sequence, &w->errors);
		if (sequence % 100 == 1)
			printf("at %llu, errors %u\n", (unsigned long long)sequence, errors);
		usleep(5000);
	}
}

int main(void)
{
	struct timespec t;
	int disk;

	mkdir("/dev", 0755);
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	int console = open("/dev/ttyS0", O_RDWR);

	if (console >= 0) {
		dup2(console, 1);
		dup2(console, 2);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	load_modules();
	disk = open_disk();
	clock_gettime(CLOCK_REALTIME, &t);
	if (disk < 0)
		printf("no disk\n");
	else
		work(disk, (uint32_t)mix((uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec));
	reboot(RB_POWER_OFF);
	return 1;
}
