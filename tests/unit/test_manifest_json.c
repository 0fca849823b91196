/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests whose sum is right, and whose members are not. */
#include <inttypes.h>
#include <xxhash.h>

#include "tests/unit/manifest_kit.h"

/* BODY without its closing brace, with the sum that belongs to it. */
static char *summed(const char *body, size_t *ret_len)
{
	char *text = malloc(strlen(body) + 64);

	assert_non_null(text);
	*ret_len = (size_t)sprintf(text, "%s,\"check\":\"%016" PRIx64 "\"}", body,
				   (uint64_t)XXH3_64bits(body, strlen(body)));
	return text;
}

/* The text of `full` with the first FROM in it made TO, and the sum right. */
static void with(const char *from, const char *to, const char *why)
{
	size_t len;
	char *text = NULL, *at, *body, *whole;

	text_of(&full, &text, &len);
	*strstr(text, ",\"check\"") = '\0';
	at = strstr(text, from);
	if (!at)
		fail_msg("no %s in %s", from, text);
	body = malloc(strlen(text) + strlen(to) + 1);
	assert_non_null(body);
	sprintf(body, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	whole = summed(body, &len);
	if (why) {
		refuse_text(whole, len, why);
	} else {
		struct manifest m;

		assert_int_equal(manifest_from_json(whole, len, &m, NULL), 0);
		assert_same(&full, &m);
		manifest_clear(&m);
	}
	free(whole);
	free(body);
	free(text);
}

static void test_bad_members(void **state)
{
	static const char *const names[] = {
		"id", "domain", "uuid", "node", "made_ms", "how", "resource", "epoch", "nonce", "qemu", "libvirt", "machine",
		"cpu", "host_cpu", "ram_kib", "image_bytes", "chunk_bytes", "whole", "stored_bytes", "chunks",
	};

	(void)state;
	with("\"node\"", "\"new\":{\"a\":[1,2]},\"node\"", NULL); /* unknown: none of our business */
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		char key[32], gone[32], other[48];

		snprintf(key, sizeof key, "\"%s\":", names[i]);
		snprintf(gone, sizeof gone, "\"no-%s\":", names[i]);
		with(key, gone, names[i]);
		snprintf(other, sizeof other, "\"%s\":[],\"x\":", names[i]);
		with(key, other, names[i]);
	}
	with("{\"format\":1", "{\"format\":2", "format 2");
	with("{\"format\":1", "{\"format\":0", "format 0");
	with("{\"format\":1", "{\"format\":\"1\"", "names no format");
	with("{\"format\":1", "{\"format\":99999999999999999999", "names no format");
	with("{\"format\":1", "{\"form\":1", "does not begin");
	with(ID, "00112233445566778899aabbccddeefg", "id");
	with(ID, "0011", "id");
	with("vm1.x", "../vm1", "domain");
	with("vm1.x", "vm1\\u0000x", "domain");
	with("vm1.x", "", "domain");
	with(UUID, "11111111-2222-3333-4444-55555555555", "uuid");
	with("\"node1\"", "\"a b\"", "node");
	with("\"stop\"", "\"\"", "how");
	with("\"r0\"", "\"r/0\"", "resource");
	with("\"r0\"", "\"\"", "resource");
	with(NONCE, "zz", "nonce");
	with("\"epoch\":7", "\"epoch\":0", "epoch");
	with("\"epoch\":7", "\"epoch\":-7", "epoch");
	with("\"epoch\":7", "\"epoch\":7.0", "epoch");
	with("\"epoch\":7", "\"epoch\":18446744073709551614", "epoch");
	with("\"qemu\":7002022", "\"qemu\":0", "qemu");
	with("pc-q35", "pc\\n-q35", "machine");
	with("pc-q35", "pc\xc3\xa9-q35", "machine");
	with("pc-q35", "pc-----------------------------------------------------------q35", "machine");
	with("\"ram_kib\":1048576", "\"ram_kib\":0", "ram_kib");
	with("\"made_ms\":1700000000123", "\"made_ms\":-1", "made_ms");
	with("\"chunk_bytes\":1048576", "\"chunk_bytes\":524288", "chunk_bytes");
	with("\"chunk_bytes\":1048576", "\"chunk_bytes\":0", "chunk_bytes");
	with("\"image_bytes\":3145805", "\"image_bytes\":0", "image_bytes");
	with("\"image_bytes\":3145805", "\"image_bytes\":3145728", "chunks");
	with("\"image_bytes\":3145805", "\"image_bytes\":4194305", "chunks");
	with("\"image_bytes\":3145805", "\"image_bytes\":9223372036854775807", "image_bytes");
	with("\"stored_bytes\":1060864", "\"stored_bytes\":1060865", "stored_bytes");
	with("00ff00ff00ff00ff", "00FF00ff00ff00ff", "whole");
	with("00ff00ff00ff00ff", "00ff00ff00ff00f", "whole");
	with("fedcba9876543210", "fedcba987654321g", "chunks");
	with("fedcba9876543210", "fedcba987654321", "chunks");
	with("fedcba9876543210", "fedcba9876543210000000000000000000000000", "chunks");
	with("fedcba987654321000000000", "fedcba987654321000100001", "chunk 1 stores more");
	with("fedcba987654321000000000", "fedcba9876543210ffffffff", "chunk 1 stores more");
	with("fedcba987654321000000000", "fedcba987654321000000001", "stored_bytes");
}

static void test_hostile(void **state)
{
	size_t len, size = 1 << 20;
	char *body = malloc(size), *text;

	(void)state;
	assert_non_null(body);
	/* Members without end: refused before an object is made of each. */
	strcpy(body, "{\"format\":1");
	for (len = strlen(body); len + 8 < size; len += 6)
		strcpy(body + len, ",\"a\":1");
	text = summed(body, &len);
	refuse_text(text, len, "too many members");
	free(text);
	strcpy(body, "{\"format\":1,\"a\":");
	memset(body + strlen(body), '[', 5000);
	body[5016] = '\0';
	text = summed(body, &len);
	refuse_text(text, len, "not one JSON object");
	free(text);
	text = summed("{\"format\":1,\"a\":1}", &len);
	refuse_text(text, len, "not one JSON object");
	free(text);
	text = summed("{\"format\":1,\"check\":\"0000000000000000\"", &len);
	refuse_text(text, len, "\"id\"");
	free(text);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_members),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests_name("manifest_json", tests, NULL, NULL);
}
