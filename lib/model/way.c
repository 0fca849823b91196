/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/way.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/ocf.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define PATH_BYTES LOWER "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"

static const char *const transports[] = { [WAY_TLS] = "tls", [WAY_SSH] = "ssh", [WAY_TCP] = "tcp" };

/* DRIVER[+TRANSPORT]://[/PATH][?...]: the lengths of driver and path, and where the path begins. A host has no place in it: Ferry
 * looks at its own node's processes. */
static bool local_uri(const char *uri, size_t *driver, const char **path, size_t *path_len)
{
	const char *p = uri + strspn(uri, LOWER);

	*driver = (size_t)(p - uri);
	if (*driver == 0 || *driver > 16)
		return false;
	if (*p == '+') {
		p++;
		p += strspn(p, LOWER);
	}
	if (strncmp(p, "://", 3) != 0)
		return false;
	*path = p + 3;
	*path_len = strspn(*path, PATH_BYTES);
	return (*path)[0] == '/' && *path_len <= 64 && ((*path)[*path_len] == '\0' || (*path)[*path_len] == '?');
}

int way_make(const char *hypervisor, const char *transport, const char *node, const char *address, const char *whence,
	     struct way *ret_way, struct ferry_error *e)
{
	struct way w = { .transport = WAY_TLS };
	char host[ADDRESS_SIZE + 2];
	size_t driver, path_len;
	const char *path;

	while (strcmp(transports[w.transport], transport) != 0)
		if (w.transport++ == WAY_TCP)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "migration_transport='%s': give tls, ssh or tcp",
					 transport);
	if (!local_uri(hypervisor, &driver, &path, &path_len))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "hypervisor='%s' is no URI of a libvirt on its own node, such as qemu:///system: the way to node %s cannot be told from it",
				 hypervisor, node);
	if (address_in_uri(address, host, sizeof host) < 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "'%.130s' (%s) is not the name or address of a host: give a host name, or an IPv4 or IPv6 address without brackets, port or zone",
				 address, whence);
	snprintf(w.node, sizeof w.node, "%s", node);
	snprintf(w.address, sizeof w.address, "%s", address);
	/* no_tty: ssh asks nobody anything (BatchMode); what it would ask for is an error. */
	snprintf(w.libvirt_uri, sizeof w.libvirt_uri, "%.*s+%s://%s%.*s%s", (int)driver, hypervisor, transport, host,
		 (int)path_len, path, w.transport == WAY_SSH ? "?no_tty=1" : "");
	if (w.transport != WAY_SSH)
		snprintf(w.ram_uri, sizeof w.ram_uri, "tcp://%s", host);
	/* The target would resolve a name by itself, and its own name may be a loopback address there. */
	if (w.transport != WAY_SSH && address_kind(address) != ADDRESS_NAME)
		snprintf(w.listen, sizeof w.listen, "%s", address);
	*ret_way = w;
	return 0;
}

void way_cure(const struct way *w, char *ret_text, size_t size)
{
	switch (w->transport) {
	case WAY_TLS:
		snprintf(ret_text, size,
			 "libvirtd on %s must listen for tls (port 16514), its certificate /etc/pki/libvirt/servercert.pem must name '%s' and be valid now, and each end's /etc/pki/CA/cacert.pem must be the CA of the other's certificate (the client's: /etc/pki/libvirt/clientcert.pem)",
			 w->node, w->address);
		break;
	case WAY_SSH:
		snprintf(ret_text, size,
			 "root here must get into %s without a question: ssh -o BatchMode=yes root@%s true", w->node,
			 w->address);
		break;
	case WAY_TCP:
		snprintf(ret_text, size,
			 "libvirtd on %s must listen for tcp (listen_tcp, or libvirtd-tcp.socket) at '%s', and no firewall may keep port 16509 shut",
			 w->node, w->address);
		break;
	}
}

void way_ram_cure(const struct way *w, char *ret_text, size_t size)
{
	switch (w->transport) {
	case WAY_TLS:
		snprintf(ret_text, size,
			 "no memory was sent; QEMU has certificates of its own: /etc/pki/qemu/server-cert.pem on %s must name '%s', its ca-cert.pem must be the same CA's on both nodes, and ports 49152 to 49215 there must be open",
			 w->node, w->address);
		break;
	case WAY_TCP:
		snprintf(ret_text, size, "no memory was sent; are ports 49152 to 49215 of '%s' (node %s) open?", w->address,
			 w->node);
		break;
	case WAY_SSH:
		ret_text[0] = '\0';
		break;
	}
}
