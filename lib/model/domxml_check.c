/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a gated guest must look like (declared in domxml.h). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/domxml.h"
#include "lib/model/ocf.h"

/* /dev/mapper/ferry-RESOURCE-VOLUME: is it this resource's, whatever its volume? */
static bool on_gate(const char *path, const char *resource, int *ret_volume)
{
	char front[NAME_SIZE + 32];
	size_t len = (size_t)snprintf(front, sizeof front, "/dev/mapper/ferry-%s-", resource);
	const char *digits = path + len;
	int volume = 0;

	/* "ferry-a-1" with resource "a" is volume 1 of "a"; of a resource "a-1" it is nothing. */
	if (len >= sizeof front || strncmp(path, front, len) != 0 || *digits == '\0' || strlen(digits) > 5)
		return false;
	if (digits[0] == '0' && digits[1] != '\0')
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		volume = volume * 10 + (*digits - '0');
	}
	*ret_volume = volume;
	return true;
}

static int fault(struct ferry_error *e, const struct domxml *d, const struct domxml_disk *k,
		 const char *what, const char *value, const char *cure)
{
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "domain %s, disk %s: %s%s%s; %s", d->name,
			 k->target[0] ? k->target : "(no target)", what, value[0] ? " is " : " is not given",
			 value, cure);
}

/* An image is read, and every node has the same; a host's drive or directory is something else on each. */
static int check_image(const struct domxml *d, const struct domxml_disk *k, struct ferry_error *e)
{
	static const char cure[] = "use an image file that is on every node, or remove it";
	bool drive = strcmp(k->device, "cdrom") == 0 || strcmp(k->device, "floppy") == 0;

	if (drive && k->source[0] == '\0')
		return 0;
	if (!drive && strcmp(k->device, "disk") != 0)
		return fault(e, d, k, "device", k->device, cure);
	if (drive && strcmp(k->type, "block") == 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "domain %s, disk %s: <source> is %s, a drive of this host; %s",
				 d->name, k->target[0] ? k->target : "(no target)", k->source, cure);
	if (strcmp(k->type, "dir") == 0 || strcmp(k->type, "nvme") == 0 || strncmp(k->type, "vhost", 5) == 0)
		return fault(e, d, k, "type", k->type, cure);
	return 0;
}

/* QEMU guesses the geometry of an IDE disk when it opens it: on the target, from a gate that is closed. */
static int check_geometry(const struct domxml *d, const struct domxml_disk *k, struct ferry_error *e)
{
	if (k->geometry || (strcmp(k->bus, "ide") != 0 && strcmp(k->bus, "sata") != 0))
		return 0;
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			 "domain %s, disk %s: <geometry> is not given, and QEMU would guess it anew from a closed gate; use <target bus='virtio'/>, which needs none, or add <geometry cyls='C' heads='16' secs='63'/>, C: the disk's 512-byte blocks / 1008, at most 16383",
			 d->name, k->target[0] ? k->target : "(no target)");
}

static int check_disk(const struct domxml *d, const struct domxml_disk *k, const char *resource,
		      struct ferry_error *e)
{
	int volume;

	if (k->transient)
		return fault(e, d, k, "<transient/>", "set", "remove it: what the guest writes would stay in a file on this host");
	if (k->mirror)
		return fault(e, d, k, "<mirror>", "set", "end the block job first (virsh blockjob)");
	if (k->readonly && !on_gate(k->source, resource, &volume))
		return check_image(d, k, e);
	if (strcmp(k->device, "floppy") == 0)
		return k->source[0] == '\0' ? 0 :
		       fault(e, d, k, "device", "a floppy that can be written to", "add <readonly/>");
	if (strcmp(k->device, "disk") != 0)
		return fault(e, d, k, "device", k->device, "only device='disk' can be behind a gate");
	if (strcmp(k->type, "block") != 0 || !on_gate(k->source, resource, &volume))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s, disk %s: <source> is %s \"%s\", outside the gate; use <disk type='block'> with <source dev='/dev/mapper/ferry-%s-VOLUME'/>, or <readonly/>",
				 d->name, k->target[0] ? k->target : "(no target)", k->type, k->source, resource);
	if (strcmp(k->format, "raw") != 0)
		return fault(e, d, k, "<driver type=>", k->format,
			     "set type='raw': another format cannot be opened while the gate is closed");
	if (k->backing)
		return fault(e, d, k, "<backingStore>", "not empty", "flatten the image");
	if (strcmp(k->cache, "none") != 0 && strcmp(k->cache, "directsync") != 0)
		return fault(e, d, k, "<driver cache=>", k->cache,
			     "set cache='none' (or 'directsync'): the host's cache does not move");
	if (strcmp(k->error_policy, "stop") != 0)
		return fault(e, d, k, "<driver error_policy=>", k->error_policy, "set error_policy='stop'");
	if (strcmp(k->rerror_policy, "stop") != 0)
		return fault(e, d, k, "<driver rerror_policy=>", k->rerror_policy, "set rerror_policy='stop'");
	/* Not given: QEMU takes the device's own, which the gate compares when it is created. */
	if (k->logical_block_size != 0 && k->logical_block_size != 512)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s, disk %s: <blockio logical_block_size=> is %u; set it to '512': a closed gate has no other",
				 d->name, k->target, k->logical_block_size);
	if (k->shareable)
		return fault(e, d, k, "<shareable/>", "set", "remove it: it allows two writers");
	return check_geometry(d, k, e);
}

/* The same volume under two disks would be written twice at once, or read while it is written. */
static int check_unique(const struct domxml *d, struct ferry_error *e)
{
	for (unsigned int i = 0; i < d->ndisks; i++)
		for (unsigned int j = 0; j < i; j++)
			if (!(d->disks[i].readonly && d->disks[j].readonly) && d->disks[i].source[0] != '\0' &&
			    strcmp(d->disks[i].source, d->disks[j].source) == 0)
				return fault(e, d, &d->disks[i], "<source>", d->disks[i].source,
					     "it is another disk's too: remove one");
	return 0;
}

int domxml_check_gated(const struct domxml *d, const char *resource, struct ferry_error *e)
{
	bool gated = false;

	if (d->uuid[0] == '\0')
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s has no <uuid>: libvirt would make up another on each node; add one (uuidgen)",
				 d->name);
	if (!name_valid(d->name))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s: the name must be of letters, digits, '.', '_', '+', '-'", d->name);
	if (strcmp(d->on_crash, "restart") == 0 || strcmp(d->on_crash, "coredump-restart") == 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s: <on_crash> is %s: libvirt would start it without Ferry; set destroy",
				 d->name, d->on_crash);
	if (d->host.tie[0] != '\0')
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "domain %s: %s", d->name, d->host.tie);
	for (unsigned int i = 0; i < d->ndisks; i++) {
		int volume, r = check_disk(d, &d->disks[i], resource, e);

		if (r < 0)
			return r;
		gated |= on_gate(d->disks[i].source, resource, &volume);
	}
	if (!gated)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s has no disk on the gate of DRBD resource %s; use <source dev='/dev/mapper/ferry-%s-0'/>",
				 d->name, resource, resource);
	return check_unique(d, e);
}
