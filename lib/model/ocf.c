/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/ocf.h"

bool ocf_is_degraded(int code)
{
	return code == OCF_DEGRADED || code == OCF_DEGRADED_PROMOTED;
}

const char *ocf_code_name(int code)
{
	switch (code) {
	case OCF_SUCCESS:
		return "ok";
	case OCF_ERR_GENERIC:
		return "error";
	case OCF_ERR_ARGS:
		return "invalid parameter";
	case OCF_ERR_UNIMPLEMENTED:
		return "unimplemented feature";
	case OCF_ERR_PERM:
		return "insufficient privileges";
	case OCF_ERR_INSTALLED:
		return "not installed";
	case OCF_ERR_CONFIGURED:
		return "not configured";
	case OCF_NOT_RUNNING:
		return "not running";
	case OCF_RUNNING_PROMOTED:
		return "promoted";
	case OCF_FAILED_PROMOTED:
		return "promoted (failed)";
	case OCF_DEGRADED:
		return "OCF_DEGRADED";
	case OCF_DEGRADED_PROMOTED:
		return "OCF_DEGRADED_PROMOTED";
	default:
		return "unknown exit status";
	}
}
