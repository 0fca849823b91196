/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `drbdadm dump-xml`: what the configuration files say, with the common section, the resource and its
 * connections laid over one another. Ask for the whole configuration: `drbdadm dump-xml RES` leaves the
 * common section out, and with it a protocol or a fencing policy set there (seen with drbd-utils 9.22).
 * Source: drbdadm(8); fixtures in tests/fixtures/drbd.
 */
#ifndef FERRY_DRBD_CONF_H
#define FERRY_DRBD_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/model/drbd_events.h"

#define DRBD_MAX_HOSTS 32

struct drbd_conf {
	char resource[NAME_SIZE];
	unsigned int nhosts;
	char hosts[DRBD_MAX_HOSTS][NAME_SIZE];
	unsigned int nvolumes;		/* of the first host; volumes must agree between hosts */
	int volumes[DRBD_MAX_VOLUMES];	/* volume numbers, ascending */
	int minors[DRBD_MAX_VOLUMES];	/* minor of each, on host[0] */
	char protocol;			/* 'A', 'B', 'C'; 'C' if not set, which is DRBD's default */
	char fencing[32];		/* "dont-care" if not set, which is DRBD's default */
	bool allow_two_primaries;
	bool auto_promote;		/* DRBD 9's default is yes; auto_promote_set: it was set at all */
	bool auto_promote_set;
	char fence_peer[256];		/* handler, "" if none */
};

/* -EINVAL for what cannot be understood (a <resource> alone among it), -ENOENT where RESOURCE is not in
 * it. Where connections differ, the weakest setting is the one reported. */
int drbd_conf_parse(const char *xml, size_t len, const char *resource, struct drbd_conf *ret_conf,
		    struct ferry_error *e);

/* What makes this resource unfit for a gated guest (protocol, fencing and its handler, two
 * primaries, auto-promote with DRBD 9): 0, or -EINVAL with one clear error that names the option, its value
 * and the cure. DRBD9 tells whether the running module is version 9. */
int drbd_conf_check(const struct drbd_conf *c, bool drbd9, struct ferry_error *e);

#endif
