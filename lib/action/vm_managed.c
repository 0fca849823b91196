/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_managed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/deadline.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define MANAGED_DIR "/var/lib/libvirt/qemu/save"	/* of qemu:///system */

int vm_managed_set_aside(struct vm_ctx *v, struct ferry_error *e)
{
	char path[sizeof MANAGED_DIR + NAME_SIZE + 8], aside[sizeof path + 32];
	int r;

	if (!v->info.managed_save)
		return 0;
	snprintf(path, sizeof path, MANAGED_DIR "/%s.save", v->domain);
	snprintf(aside, sizeof aside, "%s.set-aside-%lld", path, (long long)wall_ms());
	/* A second name for it first: libvirt deletes the one that it knows. */
	if (link(path, aside) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno,
				 "'%s' has a managed save, which may be older than its disk, and %s cannot be set aside (%s): keep a copy of it if you need it, then: virsh managedsave-remove %s",
				 v->domain, path, strerror(errno), v->domain);
	r = virt_forget_managed_save(v->dom, e);
	if (r < 0)
		return r;
	step("set-aside", "%s", aside);
	log_warning("%s had a managed save, which may be older than its disk: it is not restored, and is kept as %s",
		    v->domain, aside);
	return 0;
}
