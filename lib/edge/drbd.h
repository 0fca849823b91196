/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DRBD through drbd-utils: drbdadm for what needs the configuration, drbdsetup events2 for state.
 * Errors of the kernel are recognised by their number ("(-1)", "(-12)"), never by their text.
 */
#ifndef FERRY_DRBD_H
#define FERRY_DRBD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/drbd_conf.h"
#include "lib/model/drbd_events.h"

#define DRBD_BLOCK_MAJOR 147	/* LANANA's device list; DRBD has had it since 0.7 */

/* The configuration of RESOURCE. Unknown resource: OCF_ERR_CONFIGURED, -ENOENT. drbd-utils not
 * installed: OCF_ERR_INSTALLED. */
int drbd_conf_load(const char *resource, struct ferry_deadline d, struct drbd_conf *ret_conf,
		   struct ferry_error *e);
/* The running module's major version: 8 or 9. -ENODEV only when it is proved not to be loaded. */
int drbd_module_major(void);
/* The state now. A resource that is not up is data: exists=false. */
int drbd_state_now(const char *resource, struct ferry_deadline d, struct drbd_state *ret_state,
		   struct ferry_error *e);
/* Follow events until DONE(state) is true: 0; -ETIMEDOUT at D with the last state in *ret_state. */
int drbd_wait(const char *resource, bool (*done)(const struct drbd_state *s, void *arg), void *arg,
	      struct ferry_deadline d, struct drbd_state *ret_state, struct ferry_error *e);
/* The same in steps, so that nothing is missed between one and the next. DONE NULL: until the present
 * state is known. */
struct drbd_watch;
int drbd_watch_open(const char *resource, struct drbd_watch **ret_w, struct ferry_error *e);
int drbd_watch_until(struct drbd_watch *w, bool (*done)(const struct drbd_state *s, void *arg), void *arg,
		     struct ferry_deadline d, struct drbd_state *ret_state, struct ferry_error *e);
void drbd_watch_close(struct drbd_watch *w);	/* accepts NULL */

int drbd_load_module(struct ferry_deadline d, struct ferry_error *e);	/* idempotent */
int drbd_up(const char *resource, struct ferry_deadline d, struct ferry_error *e);	/* idempotent */
int drbd_down(const char *resource, struct ferry_deadline d, struct ferry_error *e);	/* idempotent */
/* S tells the minors: 8.4 changes the role of each. Never forced. -EBUSY when a peer is Primary and
 * stays so for some seconds. */
int drbd_primary(const struct drbd_state *s, struct ferry_deadline d, struct ferry_error *e);
/* -EBUSY when something holds a device open; the error names the holder. */
int drbd_secondary(const struct drbd_state *s, struct ferry_deadline d, struct ferry_error *e);

/* DRBD's allow-two-primaries, as the kernel has it for the connections of a resource that is up. Setting it changes
 * nothing that is kept in a file. 8.4 and 9 tell a connected peer, which then has it too. Clearing waits some
 * seconds for the word of a demotion; -EBUSY while there are two Primaries. */
int drbd_two_primaries_get(const char *resource, struct ferry_deadline d, bool *ret_allowed, struct ferry_error *e);
int drbd_two_primaries_set(const char *resource, bool allowed, struct ferry_deadline d, struct ferry_error *e);

/* The resource that /dev/drbdMINOR belongs to, if it is up here; else -ENOENT. */
int drbd_resource_of(int minor, struct ferry_deadline d, char *ret_resource, size_t size, struct ferry_error *e);

/* /sys/block/drbdMINOR: size in bytes and logical block size. -ENXIO when not attached. */
int drbd_device_limits(int minor, uint64_t *ret_bytes, unsigned int *ret_logical_block,
		       struct ferry_error *e);

/* The gates of a resource: volumes, minors, sizes filled from configuration and sysfs; sizes less
 * the stamp's MiB on volume 0. Refuses (OCF_ERR_CONFIGURED) logical blocks other than 512. */
struct dm_gate;
int drbd_gates(const struct drbd_conf *c, struct dm_gate *ret_gates, unsigned int *ret_n,
	       struct ferry_error *e);

#endif
