/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who holds a DRBD device open: the kernel says only "someone". Sources: sysfs(5), proc(5). */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/drbd.h"

/* A block device upon it; device-mapper ones by their own name. */
static bool find_stacked(int minor, char *buf, size_t size)
{
	char path[64], name_path[320];
	ferry_autoclosedir DIR *dir = NULL;
	struct dirent *entry;

	snprintf(path, sizeof path, "/sys/block/drbd%d/holders", minor);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		ferry_autofree char *name = NULL;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(name_path, sizeof name_path, "/sys/block/%s/dm/name", entry->d_name);
		if (io_read_file(name_path, 256, &name, NULL) == 0)
			snprintf(buf, size, "the device /dev/mapper/%.*s", (int)strcspn(name, "\n"), name);
		else
			snprintf(buf, size, "the device /dev/%s", entry->d_name);
		return true;
	}
	return false;
}

static bool find_mount(dev_t dev, char *buf, size_t size)
{
	ferry_autofclose FILE *f = fopen("/proc/self/mountinfo", "re");
	unsigned int major, minor;
	char line[4096], where[1024];

	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%*d %*d %u:%u %*s %1023s", &major, &minor, where) == 3 &&
		    makedev(major, minor) == dev) {
			snprintf(buf, size, "the mount %s", where);
			return true;
		}
	}
	return false;
}

static bool process_has(const char *pid, dev_t dev)
{
	char path[288];
	ferry_autoclosedir DIR *dir = NULL;
	struct dirent *entry;
	struct stat st;

	snprintf(path, sizeof path, "/proc/%s/fd", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 &&
		    S_ISBLK(st.st_mode) && st.st_rdev == dev)
			return true;
	return false;
}

static bool find_process(dev_t dev, char *buf, size_t size)
{
	ferry_autoclosedir DIR *dir = opendir("/proc");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		ferry_autofree char *comm = NULL;
		char path[288];

		if (!isdigit((unsigned char)entry->d_name[0]) || !process_has(entry->d_name, dev))
			continue;
		snprintf(path, sizeof path, "/proc/%s/comm", entry->d_name);
		if (io_read_file(path, 64, &comm, NULL) < 0)
			continue;
		snprintf(buf, size, "process %s (%.*s)", entry->d_name, (int)strcspn(comm, "\n"), comm);
		return true;
	}
	return false;
}

void drbd_holder(const struct drbd_state *s, char *buf, size_t size)
{
	snprintf(buf, size, "nobody who can be seen now");
	for (unsigned int i = 0; i < s->nvolumes; i++) {
		int minor = s->volumes[i].minor;
		dev_t dev = makedev(DRBD_BLOCK_MAJOR, (unsigned int)minor);

		if (find_stacked(minor, buf, size) || find_mount(dev, buf, size) ||
		    find_process(dev, buf, size))
			return;
	}
}
