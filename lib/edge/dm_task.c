/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/dm_task.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/model/ocf.h"

/* Host rules (LVM, md, multipath, blkid) keep their hands off what is inside a guest's disk. */
#define UDEV_FLAGS (DM_UDEV_DISABLE_SUBSYSTEM_RULES_FLAG | DM_UDEV_DISABLE_DISK_RULES_FLAG | \
		    DM_UDEV_DISABLE_OTHER_RULES_FLAG)

/* libdevmapper tells its errors to one function without an argument of ours; it is called from
 * inside dm_task_run() only, and the text is used up right after it. */
static char said[256];

static void __attribute__((format(printf, 5, 6)))
on_message(int level, const char *file, int line, int dm_errno, const char *fmt, ...)
{
	va_list ap;

	(void)file;
	(void)line;
	(void)dm_errno;
	if ((level & 7) > 3)	/* above LOG_ERR: warnings and chatter */
		return;
	va_start(ap, fmt);
	vsnprintf(said, sizeof said, fmt, ap);
	va_end(ap);
}

static const char *verb_of(int type)
{
	switch (type) {
	case DM_DEVICE_CREATE: return "create";
	case DM_DEVICE_RELOAD: return "load a table into";
	case DM_DEVICE_REMOVE: return "remove";
	case DM_DEVICE_SUSPEND: return "suspend";
	case DM_DEVICE_RESUME: return "resume";
	case DM_DEVICE_CLEAR: return "clear the inactive table of";
	default: return "look at";
	}
}

static int failed(int type, const char *name, int err, struct ferry_error *e)
{
	const char *what = name ? name : "device-mapper";

	if (geteuid() != 0)
		return error_set(e, OCF_ERR_PERM, EPERM, "cannot %s %s: only root may use device-mapper",
				 verb_of(type), what);
	if (err == 0 && access("/sys/class/misc/device-mapper", F_OK) != 0)
		return error_set(e, OCF_ERR_INSTALLED, ENODEV,
				 "the kernel has no device-mapper: modprobe dm-mod");
	if (err == 0)
		err = EIO;
	return error_set(e, OCF_ERR_GENERIC, err, "cannot %s %s: %s", verb_of(type), what,
			 *said ? said : strerror(err));
}

static int make(int type, const char *name, struct dm_task **ret_task, struct ferry_error *e)
{
	struct dm_task *t;

	*said = '\0';
	dm_log_with_errno_init(on_message);
	t = dm_task_create(type);
	if (!t)
		return failed(type, name, 0, e);
	if (name && !dm_task_set_name(t, name)) {
		dm_task_destroy(t);
		return failed(type, name, EINVAL, e);
	}
	*ret_task = t;
	return 0;
}

int dm_ask(int type, const char *name, struct dm_task **ret_task, struct ferry_error *e)
{
	struct dm_task *t;
	int err, r;

	r = make(type, name, &t, e);
	if (r < 0)
		return r;
	if (dm_task_run(t)) {
		*ret_task = t;
		return 0;
	}
	err = dm_task_get_errno(t);
	dm_task_destroy(t);
	return err == ENXIO ? -ENXIO : failed(type, name, err, e);
}

int dm_change(int type, const char *name, const char *uuid, const struct dm_table *table,
	      struct ferry_error *e)
{
	auto_dm_task *t = NULL;
	uint32_t cookie = 0;
	bool nodes = type == DM_DEVICE_CREATE || type == DM_DEVICE_RESUME || type == DM_DEVICE_REMOVE;
	int ok, err, r;

	r = make(type, name, &t, e);
	if (r < 0)
		return r;
	if ((uuid && !dm_task_set_uuid(t, uuid)) ||
	    (table && !dm_task_add_target(t, 0, table->sectors, table->target, table->params)) ||
	    (nodes && !dm_task_set_cookie(t, &cookie, UDEV_FLAGS)))
		return failed(type, name, EINVAL, e);
	ok = dm_task_run(t);
	err = dm_task_get_errno(t);
	/* Also after a failure: libdevmapper has completed the cookie, the semaphore must go. */
	if (nodes)
		dm_udev_wait(cookie);
	dm_task_update_nodes();
	return ok ? 0 : failed(type, name, err, e);
}
