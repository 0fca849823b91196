/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores to write checkpoints to, of both kinds, in a directory that is taken away afterwards. */
#ifndef FERRY_TEST_CHECKPOINTS_H
#define FERRY_TEST_CHECKPOINTS_H

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/edge/store.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "cccccccccccccccccccccccccccccccc"
#define UUID_1 "11111111-2222-3333-4444-555555555555"

static char ck_top[] = "/tmp/ferry-test-store.XXXXXX", ck_dir[64], ck_volume[64];

static inline struct store ck_directory(void)
{
	return (struct store){ STORE_DIRECTORY, ck_dir };
}

static inline void ck_empty_directory(void)
{
	DIR *d = opendir(ck_dir);
	struct dirent *entry;

	while (d && (entry = readdir(d))) {
		if (unlinkat(dirfd(d), entry->d_name, 0) < 0)
			unlinkat(dirfd(d), entry->d_name, AT_REMOVEDIR);
	}
	if (d)
		closedir(d);
	rmdir(ck_dir);
}

/* How many files are in it. */
static inline int ck_files(void)
{
	DIR *d = opendir(ck_dir);
	struct dirent *entry;
	int n = 0;

	while (d && (entry = readdir(d)))
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	if (d)
		closedir(d);
	return n;
}

/* A fresh volume of SIZE bytes, all zeros. */
static inline struct store ck_fresh_volume(off_t size)
{
	int fd = open(ck_volume, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, size) < 0)
		abort();
	close(fd);
	return (struct store){ STORE_VOLUME, ck_volume };
}

/* XOR the byte at OFF of a file. */
static inline void ck_flip(const char *path, off_t off, unsigned char with)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	unsigned char c;

	if (fd < 0 || io_pread_all(fd, &c, 1, off) < 0)
		abort();
	c ^= with;
	if (io_pwrite_all(fd, &c, 1, off) < 0)
		abort();
	close(fd);
}

static inline int ck_setup(void **state)
{
	(void)state;
	if (!mkdtemp(ck_top))
		return -1;
	snprintf(ck_dir, sizeof ck_dir, "%s/d", ck_top);
	snprintf(ck_volume, sizeof ck_volume, "%s/volume", ck_top);
	return 0;
}

static inline int ck_teardown(void **state)
{
	(void)state;
	ck_empty_directory();
	unlink(ck_volume);
	return rmdir(ck_top);
}

/* A manifest that wants only its chunks. */
static inline struct manifest ck_manifest(const char *domain, const char *id, unsigned int epoch)
{
	struct manifest m;

	memset(&m, 0, sizeof m);
	strcpy(m.id, id);
	strcpy(m.domain, domain);
	strcpy(m.uuid, UUID_1);
	strcpy(m.node, "node1");
	strcpy(m.how, "stop");
	m.made_ms = 1000;
	strcpy(m.resource, "r0");
	m.epoch = epoch;
	m.qemu = m.libvirt = 7002000;
	m.ram_kib = 1024;
	m.chunk_bytes = CHUNK_BYTES;
	return m;
}

#endif
