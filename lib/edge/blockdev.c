/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/blockdev.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"

/* By the name that the kernel gives it: /dev/block is udev's. */
int blockdev_path(unsigned int major, unsigned int minor, char *ret_path, size_t size)
{
	ferry_autofree char *text = NULL;
	char path[64];
	char *name;
	int r;

	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/uevent", major, minor);
	r = io_read_file(path, 4096, &text, NULL);
	name = r == 0 ? strstr(text, "DEVNAME=") : NULL;
	if (!name)
		return -ENODEV;
	name += strlen("DEVNAME=");
	snprintf(ret_path, size, "/dev/%.*s", (int)strcspn(name, "\n"), name);
	return 0;
}

int blockdev_sectors(unsigned int major, unsigned int minor, uint64_t *ret_sectors)
{
	ferry_autofree char *text = NULL;
	char path[64];
	int r;

	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/size", major, minor);
	r = io_read_file(path, 64, &text, NULL);
	if (r < 0)
		return r;
	return sscanf(text, "%" SCNu64, ret_sectors) == 1 ? 0 : -EINVAL;
}

/* ---- who holds it ---- */

/* A block device upon it; device-mapper ones by their own name. */
static bool find_stacked(unsigned int major, unsigned int minor, char *buf, size_t size)
{
	char path[64], name_path[320];
	ferry_autoclosedir DIR *dir = NULL;
	struct dirent *entry;

	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/holders", major, minor);
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

bool blockdev_holder(unsigned int major, unsigned int minor, char *buf, size_t size)
{
	dev_t dev = makedev(major, minor);

	if (find_stacked(major, minor, buf, size) || find_mount(dev, buf, size) || find_process(dev, buf, size))
		return true;
	snprintf(buf, size, "nobody who can be seen now");
	return false;
}
