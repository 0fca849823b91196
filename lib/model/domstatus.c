/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/domstatus.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

#define STATUS_MAX (2 * 1024 * 1024)

static int bad_status(struct ferry_error *e, const char *what)
{
	return error_set(e, OCF_ERR_GENERIC, EINVAL, "libvirt's status file: %s", what);
}

int domstatus_parse(const char *xml, size_t len, struct domstatus *ret_status, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	const xmlNode *root, *domain;
	struct domstatus s;
	uint64_t pid = 0;
	int r = xml_read_doc(xml, len, STATUS_MAX, "libvirt's status file", &doc, e);

	if (r < 0)
		return r;
	memset(&s, 0, sizeof s);
	root = xmlDocGetRootElement(doc);
	domain = xml_child(root, "domain");
	if (!xml_is(root, "domstatus") || !domain || xml_next(domain, "domain"))
		return bad_status(e, "not one <domain> in a <domstatus>");
	r = xml_attr(root, "state", s.state, sizeof s.state, e);
	if (r == 0)
		r = xml_attr(root, "reason", s.reason, sizeof s.reason, e);
	if (r == 0)
		r = xml_attr_u64(root, "pid", INT_MAX, &pid, e);
	if (r == -ENOENT || (r == 0 && pid == 0))
		return bad_status(e, "no pid");
	if (r == 0 && (s.state[0] == '\0' || s.reason[0] == '\0'))
		return bad_status(e, "no state or no reason");
	s.pid = (pid_t)pid;
	if (r == 0)
		r = xml_text(xml_child(domain, "name"), s.name, sizeof s.name, e);
	if (r == 0)
		r = xml_text(xml_child(domain, "uuid"), s.uuid, sizeof s.uuid, e);
	if (r == 0 && (s.name[0] == '\0' || !uuid_valid(s.uuid)))
		return bad_status(e, "no name or no uuid");
	if (r == 0)
		r = mark_from_domain(domain, &s.mark, e);
	origin_from_domain(domain, &s.origin);
	if (r == 0)
		*ret_status = s;
	return r;
}
