/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's own status file of a running QEMU domain, /run/libvirt/qemu/NAME.xml
 * (<domstatus state= reason= pid=> around the <domain>). It is private to libvirt, so it is only
 * trusted for "healthy": anything unexpected is -EINVAL and the caller asks libvirt instead.
 * Recorded fixtures: tests/fixtures/libvirt.
 */
#ifndef FERRY_DOMSTATUS_H
#define FERRY_DOMSTATUS_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/base/error.h"
#include "lib/model/mark.h"
#include "lib/model/origin.h"

struct domstatus {
	char state[24];		/* "running", "paused", ... */
	char reason[32];	/* "booted", "migrated", "unpaused", "user", "ioerror", ... */
	pid_t pid;
	char name[NAME_SIZE];
	char uuid[UUID_SIZE];
	struct mark mark;
	struct origin origin;
};

int domstatus_parse(const char *xml, size_t len, struct domstatus *ret_status, struct ferry_error *e);

#endif
