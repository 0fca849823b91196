/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's address as it comes from the CIB or is a node's name: what may be put into a URI, and how. Nothing is looked up.
 * Sources: RFC 1123 2.1 and RFC 952 (names; '_' is accepted, which many sites use), RFC 3986 3.2.2 (brackets).
 */
#ifndef FERRY_ADDRESS_H
#define FERRY_ADDRESS_H

#include <stddef.h>

#define ADDRESS_SIZE 128	/* with the NUL: as long as a node's name may be */

enum address_kind {
	ADDRESS_BAD,	/* empty, too long, or with a byte that has no place in a host's name or address */
	ADDRESS_NAME,
	ADDRESS_IPV4,	/* four decimal numbers; what only looks like it (10.1, 10.0.0.256) is bad, not a name */
	ADDRESS_IPV6,	/* without brackets and zone ("fe80::1%eth0" is bad: another node's zones mean nothing here) */
};

enum address_kind address_kind(const char *s);

/* S as the host of a URI: IPv6 in brackets, anything else as it is. 0, or -EINVAL if it is ADDRESS_BAD or does not fit. */
int address_in_uri(const char *s, char *ret_host, size_t size);

#endif
