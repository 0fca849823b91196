/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of a block device, by its number: DRBD's and the gates'. Sources: sysfs(5), proc(5). */
#ifndef FERRY_BLOCKDEV_H
#define FERRY_BLOCKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Its node, "/dev/drbd0"; -ENODEV where the kernel does not name it. */
int blockdev_path(unsigned int major, unsigned int minor, char *ret_path, size_t size);
/* Its length in sectors of 512 bytes, or -errno. */
int blockdev_sectors(unsigned int major, unsigned int minor, uint64_t *ret_sectors);
/* In words, the first that is found to hold it: a device stacked upon it, a mount, a process. The kernel
 * itself says only that somebody does. False, with words that say so, where nobody is to be seen. */
bool blockdev_holder(unsigned int major, unsigned int minor, char *buf, size_t size);

#endif
