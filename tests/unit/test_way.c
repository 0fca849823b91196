/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The URIs of the way to another node, for each transport. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/ocf.h"
#include "lib/model/way.h"

static const struct {
	const char *hypervisor, *transport, *address;
	const char *libvirt_uri, *ram_uri, *listen;
} rows[] = {
	{ "qemu:///system", "tls", "node2", "qemu+tls://node2/system", "tcp://node2", "" },
	{ "qemu:///system", "tcp", "10.78.0.2", "qemu+tcp://10.78.0.2/system", "tcp://10.78.0.2", "10.78.0.2" },
	{ "qemu:///system", "tls", "fd00::2", "qemu+tls://[fd00::2]/system", "tcp://[fd00::2]", "fd00::2" },
	{ "qemu:///system", "ssh", "node2", "qemu+ssh://node2/system?no_tty=1", "", "" },
	{ "qemu:///system", "ssh", "fd00::2", "qemu+ssh://[fd00::2]/system?no_tty=1", "", "" },
	{ "qemu:///session", "tcp", "node2", "qemu+tcp://node2/session", "tcp://node2", "" },
	{ "qemu+unix:///system?socket=/run/x", "tls", "node2", "qemu+tls://node2/system", "tcp://node2", "" },
	{ "test:///default", "tcp", "node2", "test+tcp://node2/default", "tcp://node2", "" },
	{ "lxc:///", "ssh", "node2", "lxc+ssh://node2/?no_tty=1", "", "" },
};

static void test_uris(void **state)
{
	struct way w;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		if (way_make(rows[i].hypervisor, rows[i].transport, "node2", rows[i].address, "a test", &w, &e) < 0)
			fail_msg("row %zu: %s", i, e.text);
		assert_string_equal(w.libvirt_uri, rows[i].libvirt_uri);
		assert_string_equal(w.ram_uri, rows[i].ram_uri);
		assert_string_equal(w.listen, rows[i].listen);
		assert_string_equal(w.node, "node2");
		assert_string_equal(w.address, rows[i].address);
	}
}

/* CODE, and the text has WORD; the struct is as it was. */
static void refused(const char *hypervisor, const char *transport, const char *address, int code, const char *word)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct way w = { .transport = WAY_TCP, .node = "as it was" };

	assert_true(way_make(hypervisor, transport, "node2", address, "attribute net of node node2", &w, &e) < 0);
	assert_int_equal(e.code, code);
	if (!strstr(e.text, word))
		fail_msg("\"%s\" does not say \"%s\"", e.text, word);
	assert_string_equal(w.node, "as it was");
}

static void test_refused(void **state)
{
	static const char *const uris[] = {
		"", "qemu", "qemu:", "qemu:/system", "qemu://node1/system", "qemu+tls://node1/system", "://", ":///system", "QEMU:///system",
		"qemu:///sys tem", "qemu:///system#x", "qemu:///system/../../%41", "qemu+ssh+x:///system", "qemu://",
	};

	(void)state;
	for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
		refused(uris[i], "tls", "node2", OCF_ERR_CONFIGURED, "hypervisor='");
	refused("qemu:///system", "udp", "node2", OCF_ERR_CONFIGURED, "migration_transport='udp'");
	refused("qemu:///system", "", "node2", OCF_ERR_CONFIGURED, "migration_transport=''");
	refused("qemu:///system", "tls", "10.0.0.1/24", OCF_ERR_GENERIC, "'10.0.0.1/24' (attribute net of node node2)");
	refused("qemu:///system", "tls", "", OCF_ERR_GENERIC, "''");
}

/* Whoever reads the cure finds the name that was expected, the node and the file. */
static void test_cures(void **state)
{
	static const char *const transports[] = { "tls", "ssh", "tcp" };
	static const char *const words[] = { "servercert.pem", "ssh -o BatchMode=yes root@10.78.0.2", "16509" };
	struct ferry_error e = FERRY_ERROR_INIT;
	char text[400];
	struct way w;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(way_make("qemu:///system", transports[i], "node2", "10.78.0.2", "a test", &w, &e), 0);
		way_cure(&w, text, sizeof text);
		assert_non_null(strstr(text, words[i]));
		assert_non_null(strstr(text, "10.78.0.2"));
		assert_non_null(strstr(text, "node2"));
		assert_true(strlen(text) < sizeof text - 1);
		way_ram_cure(&w, text, sizeof text);
		assert_int_equal(text[0] == '\0', i == 1);
	}
	/* the longest names fit what holds them */
	memset(text, 'a', 127);
	text[127] = '\0';
	text[60] = text[120] = '.';
	assert_int_equal(way_make("qemu:///system", "ssh", text, text, "a test", &w, &e), 0);
	assert_string_equal(w.address, text);
	assert_string_equal(w.libvirt_uri + strlen(w.libvirt_uri) - strlen("/system?no_tty=1"), "/system?no_tty=1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uris),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_cures),
	};

	return cmocka_run_group_tests_name("way", tests, NULL, NULL);
}
