/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What ties a guest to the host it runs on: devices of that host, and files on it that the guest writes to. Such a
 * guest cannot follow its disk. And the files that it only reads, which every node must have.
 * Source: libvirt's formatdomain. Disks are judged by domxml_check.c.
 */
#ifndef FERRY_DOMXML_HOST_H
#define FERRY_DOMXML_HOST_H

#include "lib/model/xml_read.h"

#define DOMXML_MAX_IMAGES 16

struct domxml_image {
	char element[24];	/* "kernel" */
	char path[512];
};

struct domxml_host {
	char tie[400];		/* the first tie: element, why, and after "; " the cure; "" if there is none */
	unsigned int nimages;
	struct domxml_image images[DOMXML_MAX_IMAGES];
};

/* Fill *H (zeroed by the caller) from a <domain>, as a file has it or as libvirt prints it. */
int domxml_read_host(const xmlNode *domain, struct domxml_host *h, struct ferry_error *e);

#endif
