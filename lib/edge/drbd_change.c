/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changes a DRBD resource. drbdadm, not drbdsetup: it knows both modules and, for the
 * promotion, hands nothing to a shell; the kernel itself calls the fence-peer handler. Its errors
 * are told by the number that drbdsetup prints in front of the kernel's words: "(-1)", "(-12)".
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/edge/drbd.h"
#include "lib/edge/run.h"
#include "lib/model/ocf.h"

#define RETRY_MS 200

/* 0 or the kernel's error number (positive), from "... State change failed: (-12) Device is ...". */
static int kernel_error(const char *text)
{
	const char *p = strstr(text, ": (");
	int no;

	return p && sscanf(p, ": (%d)", &no) == 1 ? (no < 0 ? -no : no) : 0;
}

/* RET_KERNEL (may be NULL) gets the kernel's number of a refusal. */
static int adm(const char *command, const char *resource, struct ferry_deadline d, int *ret_kernel,
	       struct ferry_error *e)
{
	const char *const argv[] = { "drbdadm", command, resource, NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	if (r < 0)
		return r;
	if (res.status != 0) {
		if (ret_kernel)
			*ret_kernel = kernel_error(res.err);
		r = error_set(e, OCF_ERR_GENERIC, EIO, "drbdadm %s %s failed (%d): %s", command, resource,
			      res.status, res.err);
	}
	run_result_clear(&res);
	return r;
}

static int load_module(struct ferry_deadline d, struct ferry_error *e)
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
	int r = load_module(d, e);

	if (r == 0)
		r = drbd_state_now(resource, d, &s, e);
	if (r < 0)
		return r;
	if (!s.exists)
		return adm("up", resource, d, NULL, e);
	/* Half up after a crash of an earlier start: adjust brings it to its configuration. */
	return adm("adjust", resource, d, NULL, e);
}

int drbd_down(const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	struct drbd_state s;
	int r = drbd_state_now(resource, d, &s, e);

	return r < 0 || !s.exists ? r : adm("down", resource, d, NULL, e);
}

int drbd_primary(const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r, no = 0;

	/* (-1): the peer is Primary still; its demotion may be on the wire. */
	while ((r = adm("primary", resource, d, &no, &why)) < 0 && no == 1 && !deadline_passed(d)) {
		error_clear(&why);
		deadline_sleep(d, RETRY_MS);
	}
	if (r < 0)
		return error_set(e, why.code, no == 1 ? EBUSY : why.err, "%s", why.text);
	step("promoted", "%s", resource);
	return 0;
}

int drbd_secondary(const char *resource, struct ferry_deadline d, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int no = 0, r = adm("secondary", resource, d, &no, &why);

	if (r < 0)
		return error_set(e, why.code, no == 12 ? EBUSY : why.err, "%s", why.text);
	step("demoted", "%s", resource);
	return 0;
}
