/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch NAME=FILE...: follow a witness guest from outside everything that is tested: its sector is read
 * from the nodes' backing files on the host, every few milliseconds, and each change is one line:
 *
 *   MILLISECONDS NAME NONCE COUNTER ERRORS
 *
 * (CLOCK_REALTIME of the host, which is the nodes' clock too). Ends by SIGTERM.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS 4000000
#define MAX_FILES 8

struct sector {
	char magic[4];
	uint32_t nonce, counter, errors;
};

struct file {
	const char *name;
	int fd;
	struct sector last;
};

static void look(struct file *f)
{
	struct sector now;
	struct timespec ts;

	if (pread(f->fd, &now, sizeof now, 512) != (ssize_t)sizeof now || memcmp(now.magic, "TICK", 4) != 0 ||
	    memcmp(&now, &f->last, sizeof now) == 0)
		return;
	clock_gettime(CLOCK_REALTIME, &ts);
	printf("%lld %s %08x %u %u\n", (long long)ts.tv_sec * 1000 + ts.tv_nsec / 1000000, f->name, now.nonce,
	       now.counter, now.errors);
	f->last = now;
}

int main(int argc, char **argv)
{
	const struct timespec period = { 0, PERIOD_NS };
	struct file files[MAX_FILES];
	int n = argc - 1;

	if (n < 1 || n > MAX_FILES) {
		fprintf(stderr, "usage: watch NAME=FILE...\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 0; i < n; i++) {
		char *file = strchr(argv[i + 1], '=');

		if (!file)
			return 2;
		*file++ = '\0';
		memset(&files[i], 0, sizeof files[i]);
		files[i].name = argv[i + 1];
		files[i].fd = open(file, O_RDONLY | O_CLOEXEC);
		if (files[i].fd < 0) {
			perror(file);
			return 1;
		}
	}
	for (;;) {
		for (int i = 0; i < n; i++)
			look(&files[i]);
		nanosleep(&period, NULL);
	}
}
