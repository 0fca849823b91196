/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gate devices through libdevmapper. A gate device is called ferry-RESOURCE-VOLUME and has the dm
 * UUID FERRY-RESOURCE-VOLUME, so that udev and LVM rules can tell it and so that a name taken by
 * somebody else is noticed. udev is told to leave it alone (DM_UDEV_DISABLE_* flags); where no udev
 * runs, libdevmapper makes the nodes in /dev/mapper itself.
 * Source: libdevmapper.h; the kernel's admin-guide/device-mapper.
 */
#ifndef FERRY_DM_H
#define FERRY_DM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/gate_state.h"
#include "lib/model/ids.h"

struct dm_gate {
	char name[NAME_SIZE + 16];	/* ferry-RES-VOL */
	int volume;
	uint64_t sectors;		/* wanted length, 512-byte sectors; 0: unknown, not compared */
	unsigned int major, minor;	/* of the DRBD device below; major 0: not wanted open */
};

struct dm_seen {
	enum gate_state state;
	uint64_t sectors;	/* length of the live table, 0 if none */
	int open_count;		/* openers of the gate device itself (QEMU) */
	unsigned int major, minor; /* what a live `linear` table points to, else 0:0 */
	bool suspended;
	bool loaded;		/* a second table waits for the next resume */
	unsigned int own_major, own_minor;	/* of the gate device itself */
	char why[128];		/* for GATE_FOREIGN */
};

/* -ENAMETOOLONG where device-mapper's limit (127) or SIZE is too small. */
int dm_gate_name(const char *resource, int volume, char *ret_name, size_t size);
/* The gate devices that RESOURCE has on this node, by volume number; sectors and major are 0. At
 * most MAX (-EOVERFLOW beyond). Asks device-mapper alone, so it works where DRBD does not. */
int dm_gate_list(const char *resource, struct dm_gate *ret_gates, unsigned int max,
		 unsigned int *ret_n, struct ferry_error *e);
/* Look; never changes anything. With major 0, a `linear` table onto any device counts as open. */
int dm_gate_look(const struct dm_gate *g, struct dm_seen *ret_seen, struct ferry_error *e);
/*
 * Bring the gate to GOAL by the steps of gate_next().
 *
 * Opening wants SECTORS and the device below: both are compared with the device itself and with
 * the length that the gate has, before anything is suspended; afterwards its caches are dropped.
 * Closing first syncs the gate and the device below, then suspends with a flush (never noflush), so
 * that acknowledged data is on the disk; afterwards sysfs proves that the device below is let go.
 * A closed gate of another length is made anew while nobody has it open, and refused otherwise.
 * After a failed swap an error table is put back and the device is resumed.
 */
int dm_gate_bring(const struct dm_gate *g, enum gate_goal goal, struct ferry_deadline d,
		  struct ferry_error *e);

#endif
