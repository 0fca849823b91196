/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exit codes of OCF resource agents; source: OCF Resource Agent API 1.1, section "Exit codes".
 * Ferry's helpers exit with them too, so that an agent needs no mapping. */
#ifndef FERRY_OCF_H
#define FERRY_OCF_H

#include <stdbool.h>

enum ocf_code {
	OCF_SUCCESS = 0,
	OCF_ERR_GENERIC = 1,
	OCF_ERR_ARGS = 2,
	OCF_ERR_UNIMPLEMENTED = 3,
	OCF_ERR_PERM = 4,
	OCF_ERR_INSTALLED = 5,
	OCF_ERR_CONFIGURED = 6,
	OCF_NOT_RUNNING = 7,
	OCF_RUNNING_PROMOTED = 8,
	OCF_FAILED_PROMOTED = 9,
	OCF_DEGRADED = 190,
	OCF_DEGRADED_PROMOTED = 191,
};

/* It works, but not as well as it should: Pacemaker takes it for a success, and lists it with its reason. */
bool ocf_is_degraded(int code);

/* "ok", "error", "not running", ...: the words crm_mon uses. */
const char *ocf_code_name(int code);

#endif
