/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and checks of the names that cross Ferry's rooms. Everything that came from the network,
 * the CIB or libvirt passes one of these before it becomes part of a path or an argument. */
#ifndef FERRY_IDS_H
#define FERRY_IDS_H

#include <stdbool.h>

#define NONCE_LEN 32			/* hex digits: 128 random bits */
#define NONCE_SIZE (NONCE_LEN + 1)
#define NAME_SIZE 128			/* domain, DRBD resource, node: with the NUL */
#define UUID_SIZE 37			/* 8-4-4-4-12 lower-case hex, with the NUL */

bool nonce_valid(const char *s);	/* 32 lower-case hex digits */
bool uuid_valid(const char *s);
/* A name that may stand in a path and a device-mapper name: 1..127 of [A-Za-z0-9._+-], not
 * beginning with '.' or '-'. */
bool name_valid(const char *s);

#endif
