/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changes a DRBD resource. Up and down need the configuration: drbdadm. The role is changed by
 * drbdsetup, inside the guest's pause: measured in the lab, 120 ms against 200 ms for drbdadm, which
 * reads all of the configuration first (25 and 55 ms on real machines). drbdadm would add nothing:
 * the kernel itself calls the fence-peer handler, and --force is never wanted.
 * The net options of connections differ in their syntax between 8.4 and 9: drbdadm knows both.
 * Refusals are told by the number that stands in front of the kernel's words: "(-1)", "(-12)".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/edge/blockdev.h"
#include "lib/edge/drbd.h"
#include "lib/edge/run.h"
#include "lib/model/ocf.h"

#define RETRY_MS 200
#define PEER_PRIMARY_MS 5000	/* how long the word of a peer's demotion may be on its way */
#define NO_MULTIPLE_PRIMARIES 1	/* -1 and -12 of enum drbd_state_rv, linux/drbd.h */
#define NO_IN_USE 12
#define NO_CLEAR_NOW 164	/* of enum drbd_ret_code there: not while there are Primaries on both sides */

/* 0 or the kernel's error number (positive), from "... State change failed: (-12) Device is ...". */
static int kernel_error(const char *text)
{
	const char *p = strstr(text, ": (");
	int no;

	return p && sscanf(p, ": (%d)", &no) == 1 ? (no < 0 ? -no : no) : 0;
}

static int adm(const char *command, const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	const char *const argv[] = { "drbdadm", command, resource, NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	if (r < 0)
		return r;
	if (res.status != 0)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "drbdadm %s %s failed (%d): %s", command, resource,
			      res.status, res.err);
	run_result_clear(&res);
	return r;
}

/* *RET_KERNEL gets the kernel's number of a refusal. */
static int setup(const char *role, const char *what, struct ferry_deadline d, int *ret_kernel,
		 struct ferry_error *e)
{
	const char *const argv[] = { "drbdsetup", role, what, NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	*ret_kernel = 0;
	if (r < 0)
		return r;
	if (res.status != 0) {
		*ret_kernel = kernel_error(res.err);
		r = error_set(e, OCF_ERR_GENERIC, *ret_kernel == 0 ? EIO : EBUSY, "drbdsetup %s %s failed (%d): %s",
			      role, what, res.status, res.err);
	}
	run_result_clear(&res);
	return r;
}

/* 9 knows the role of a resource, 8.4 one of each volume. */
static int set_role(const struct drbd_state *s, const char *role, struct ferry_deadline d, int *ret_kernel,
		    struct ferry_error *e)
{
	char minor[16];
	int r = 0;

	if (drbd_module_major() != 8)
		return setup(role, s->resource, d, ret_kernel, e);
	for (unsigned int i = 0; r == 0 && i < s->nvolumes; i++) {
		snprintf(minor, sizeof minor, "%d", s->volumes[i].minor);
		r = setup(role, minor, d, ret_kernel, e);
	}
	return r;
}

int drbd_load_module(struct ferry_deadline d, struct ferry_error *e)
{
	static const char *const argv[] = { "modprobe", "drbd", NULL };
	struct run_result res;
	int r;

	if (drbd_module_major() != -ENODEV)
		return 0;
	r = run(argv, NULL, d, &res, e);
	if (r < 0)
		return r;
	if (res.status != 0)
		r = error_set(e, OCF_ERR_INSTALLED, ENODEV,
			      "the DRBD module is not loaded, and modprobe drbd failed: %s", res.err);
	run_result_clear(&res);
	return r;
}

int drbd_up(const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	struct drbd_state s;
	int r = drbd_state_now(resource, d, &s, e);

	if (r < 0)
		return r;
	/* Half up after an earlier start was killed: adjust brings it to its configuration. */
	return adm(s.exists ? "adjust" : "up", resource, d, e);
}

int drbd_down(const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	struct drbd_state s;
	int r = drbd_state_now(resource, d, &s, e);

	return r < 0 || !s.exists ? r : adm("down", resource, d, e);
}

int drbd_primary(const struct drbd_state *s, struct ferry_deadline d, struct ferry_error *e)
{
	struct ferry_deadline patience = deadline_min(d, PEER_PRIMARY_MS);
	int r, no;

	for (;;) {
		struct ferry_error why = FERRY_ERROR_INIT;

		r = set_role(s, "primary", d, &no, &why);
		if (r == 0)
			break;
		if (no == NO_MULTIPLE_PRIMARIES && !deadline_passed(patience)) {
			deadline_sleep(patience, RETRY_MS);
			continue;
		}
		return error_set(e, why.code, no == NO_MULTIPLE_PRIMARIES ? EBUSY : EIO, "%s%s", why.text,
				 no == NO_MULTIPLE_PRIMARIES ? "; demote it on the other node first" : "");
	}
	step("promoted", "%s", s->resource);
	return 0;
}

static int net_options(const char *resource, const char *option, struct ferry_deadline d, int *ret_kernel,
		       struct ferry_error *e)
{
	const char *const argv[] = { "drbdadm", "net-options", option, resource, NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	*ret_kernel = 0;
	if (r < 0)
		return r;
	if (res.status != 0) {
		*ret_kernel = kernel_error(res.err);
		r = error_set(e, OCF_ERR_GENERIC, *ret_kernel == NO_CLEAR_NOW ? EBUSY : EIO,
			      "drbdadm net-options %s %s failed (%d): %s", option, resource, res.status, res.err);
	}
	run_result_clear(&res);
	return r;
}

int drbd_two_primaries_set(const char *resource, bool allowed, struct ferry_deadline d, struct ferry_error *e)
{
	const char *option = allowed ? "--allow-two-primaries=yes" : "--allow-two-primaries=no";
	struct ferry_deadline patience = deadline_min(d, PEER_PRIMARY_MS);
	struct ferry_error why = FERRY_ERROR_INIT;
	int no, r;

	while ((r = net_options(resource, option, d, &no, &why)) < 0 && no == NO_CLEAR_NOW && !deadline_passed(patience)) {
		deadline_sleep(patience, RETRY_MS);
		error_clear(&why);
	}
	return r < 0 ? error_set(e, why.code, -r, "%s", why.text) : 0;
}

/* The kernel says only "someone". */
static void find_holder(const struct drbd_state *s, char *buf, size_t size)
{
	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (blockdev_holder(DRBD_BLOCK_MAJOR, (unsigned int)s->volumes[i].minor, buf, size))
			return;
}

int drbd_secondary(const struct drbd_state *s, struct ferry_deadline d, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char holder[200] = "nobody who can be seen now";
	int no, r = set_role(s, "secondary", d, &no, &why);

	if (r < 0 && no == NO_IN_USE) {
		find_holder(s, holder, sizeof holder);
		return error_set(e, why.code, EBUSY, "DRBD resource '%s' is held open by %s: %s", s->resource,
				 holder, why.text);
	}
	if (r < 0)
		return error_set(e, why.code, EIO, "%s", why.text);
	step("demoted", "%s", s->resource);
	return 0;
}
