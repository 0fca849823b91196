/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a guest looks as it must to be moved (lib/model/domxml.h): as its file says, and as it runs. */
#ifndef FERRY_VM_FORM_H
#define FERRY_VM_FORM_H

#include "lib/action/vm.h"

/* XML as a start or a validation finds it: the form behind a gate, and the files that the guest only reads, which must be
 * on this node (OCF_ERR_INSTALLED). */
int vm_form_check(const struct vm_opts *o, const char *xml, size_t len, struct ferry_error *e);
/* The text of --config alone, for a validation that must not look at the host: no file here is no fault. */
int vm_form_check_file(const struct vm_opts *o, struct ferry_error *e);
/* The guest as it runs now, with what was plugged in since its start. Without a gate there is nothing to check. */
int vm_form_check_live(const struct vm_ctx *v, struct ferry_error *e);

#endif
