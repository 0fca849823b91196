/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gate devices through libdevmapper. A gate device is called ferry-RESOURCE-VOLUME and has the dm
 * UUID FERRY-RESOURCE-VOLUME, so that udev and LVM rules can tell it and so that a name taken by
 * somebody else is noticed. udev is told to leave it alone (DM_UDEV_DISABLE_* flags).
 * Source: libdevmapper.h.
 */
#ifndef FERRY_DM_H
#define FERRY_DM_H

#include <stdint.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/gate_state.h"
#include "lib/model/ids.h"

struct dm_gate {
	char name[NAME_SIZE + 16];	/* ferry-RES-VOL */
	int volume;
	uint64_t sectors;		/* wanted length, 512-byte sectors */
	unsigned int major, minor;	/* of the DRBD device below; major 0: not wanted open */
};

struct dm_seen {
	enum gate_state state;
	uint64_t sectors;	/* length of the live table, 0 if none */
	int open_count;		/* openers of the gate device itself (QEMU) */
	char why[128];		/* for GATE_FOREIGN */
};

int dm_gate_name(const char *resource, int volume, char *ret_name, size_t size);
/* Look; never changes anything. */
int dm_gate_look(const struct dm_gate *g, struct dm_seen *ret_seen, struct ferry_error *e);
/* Bring the gate to GOAL by the steps of gate_next(). Closing suspends with a flush (never
 * noflush), so acknowledged data is on the disk below; afterwards the device below is released.
 * After a failed swap the error table is put back and the device is left resumed. */
int dm_gate_bring(const struct dm_gate *g, enum gate_goal goal, struct ferry_deadline d,
		  struct ferry_error *e);

#endif
