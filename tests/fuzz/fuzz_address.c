/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An address out of the CIB: what is accepted is harmless in a URI, and stays what it is. */
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/model/way.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
	ferry_autofree char *text = fuzz_text(data, size);
	enum address_kind kind = address_kind(text);
	struct ferry_error e = FERRY_ERROR_INIT;
	char host[ADDRESS_SIZE + 2];
	struct way w;
	int r = address_in_uri(text, host, sizeof host);

	must((r == 0) == (kind != ADDRESS_BAD));
	must((way_make("qemu:///system", "ssh", "node2", text, "a fuzzer", &w, &e) == 0) == (r == 0));
	if (r < 0)
		return 0;
	if (kind == ADDRESS_IPV6)
		must(host[0] == '[' && strspn(host + 1, "0123456789abcdefABCDEF:.") == strlen(host) - 2);
	else
		must(strspn(host, plain) == strlen(host) && host[0] != '-');
	must(strncmp(w.libvirt_uri, "qemu+ssh://", 11) == 0 && strstr(w.libvirt_uri + 11, "/system?no_tty=1"));
	must(strncmp(w.libvirt_uri + 11, host, strlen(host)) == 0);
	return 0;
}
