/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this node remembers of a window for two Primaries: /run/ferry/dual/RESOURCE, gone with the boot as is the
 * permission itself. */
#ifndef FERRY_DUAL_FILE_H
#define FERRY_DUAL_FILE_H

#include "lib/base/error.h"
#include "lib/model/dual.h"

/* No record: state DUAL_CLOSED. One that cannot be read is an error. */
int dual_file_read(const char *resource, struct dual_window *ret_w, struct ferry_error *e);
/* DUAL_CLOSED removes it. */
int dual_file_write(const char *resource, const struct dual_window *w, struct ferry_error *e);

#endif
