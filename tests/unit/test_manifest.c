/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest: what is written is read, what is damaged is not, and what fits a host. */
#include "tests/unit/manifest_kit.h"

static void test_round_trip(void **state)
{
	struct manifest m, back;
	size_t len;
	char *text = NULL;

	(void)state;
	text_of(&full, &text, &len);
	assert_null(strchr(text, '\n'));
	assert_int_equal(manifest_from_json(text, len, &back, NULL), 0);
	assert_same(&full, &back);
	free(text);
	/* What was read can be added to. */
	assert_int_equal(manifest_add(&back, 5, 6, NULL), 0);
	assert_int_equal(back.chunks[4].stored, 6);
	manifest_clear(&back);
	assert_null(back.chunks);
	/* A guest without a gate, and an arrived copy. */
	m = full;
	m.resource[0] = m.nonce[0] = m.cpu[0] = m.host_cpu[0] = m.machine[0] = '\0';
	m.epoch = 0;
	text_of(&m, &text, &len);
	assert_int_equal(manifest_from_json(text, len, &back, NULL), 0);
	assert_string_equal(back.resource, "");
	free(text);
	manifest_clear(&back);
	m = full;
	m.nonce[0] = '\0';
	m.epoch = UINT64_MAX - 2;
	text_of(&m, &text, &len);
	assert_int_equal(manifest_from_json(text, len, &back, NULL), 0);
	assert_true(back.epoch == UINT64_MAX - 2);
	free(text);
	manifest_clear(&back);
}

static void test_damaged(void **state)
{
	size_t len;
	char *text = NULL, *longer, *exact;

	(void)state;
	text_of(&full, &text, &len);
	for (size_t i = 0; i < len; i++)
		for (int bit = 0; bit < 8; bit++) {
			text[i] ^= (char)(1 << bit);
			refuse_text(text, len, "");
			text[i] ^= (char)(1 << bit);
		}
	for (size_t n = 0; n < len; n++) {
		exact = malloc(n ? n : 1); /* so that a sanitizer sees a byte too many */
		assert_non_null(exact);
		memcpy(exact, text, n);
		refuse_text(exact, n, "");
		free(exact);
	}
	refuse_text(text, len + 1, "damaged"); /* the NUL behind it */
	longer = malloc(2 * len);
	assert_non_null(longer);
	memcpy(longer, text, len);
	memcpy(longer + len, text, len);
	refuse_text(longer, 2 * len, "");
	free(longer);
	free(text);
	refuse_text("", 0, "does not begin");
	refuse_text("{}", 2, "does not begin");
	longer = calloc(1, (size_t)MANIFEST_TEXT_MAX + 1);
	assert_non_null(longer);
	refuse_text(longer, (size_t)MANIFEST_TEXT_MAX + 1, "longer");
	free(longer);
}

static void refuse(struct manifest m, const char *why)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	char *text = NULL;
	size_t len;

	assert_int_equal(manifest_to_json(&m, &text, &len, &e), -EINVAL);
	assert_null(text);
	if (!strstr(e.text, why))
		fail_msg("'%s' does not say '%s'", e.text, why);
}

static void test_never_written(void **state)
{
	struct manifest m;

	(void)state;
#define WITH(change, why) do { m = full; change; refuse(m, why); } while (0)
	WITH(m.id[0] = 'G', "id");
	WITH(strcpy(m.domain, "a/b"), "domain");
	WITH(m.epoch = UINT64_MAX, "epoch");
	WITH(m.nchunks = 3, "chunks");
	WITH(m.image_bytes = 0, "image_bytes");
	WITH(m.stored_bytes++, "stored_bytes");
	WITH(m.chunk_bytes = 4096, "chunk_bytes");
	WITH(memset(m.cpu, 'c', sizeof m.cpu), "cpu");
	WITH(strcpy(m.host_cpu, "\x7f"), "cpu");
	WITH(m.libvirt = 0, "libvirt");
#undef WITH
}

static void test_sizes(void **state)
{
	struct manifest m;
	struct ferry_error e = FERRY_ERROR_INIT;

	(void)state;
	memset(&m, 0, sizeof m);
	assert_int_equal(manifest_padded(0), 0);
	assert_int_equal(manifest_padded(1), STORE_BLOCK);
	assert_int_equal(manifest_padded(STORE_BLOCK), STORE_BLOCK);
	assert_true(manifest_padded(UINT32_MAX) == 1ULL << 32);
	assert_int_equal(manifest_chunk_len(&full, 0), CHUNK_BYTES);
	assert_int_equal(manifest_chunk_len(&full, 3), 77);
	assert_int_equal(manifest_chunk_len(&full, 4), 0);
	assert_int_equal(manifest_chunk_len(&full, SIZE_MAX / CHUNK_BYTES), 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(manifest_add(&m, i, (uint32_t)i, NULL), 0);
	for (size_t i = 0; i < 1000; i++)
		assert_true(m.chunks[i].xxh3 == i && m.chunks[i].stored == i);
	m.nchunks = MANIFEST_CHUNKS_MAX;
	assert_int_equal(manifest_add(&m, 0, 0, &e), -EFBIG);
	manifest_clear(&m);
	manifest_clear(&m);
}

/* The largest image that can be described has a text that is accepted. */
static void test_largest(void **state)
{
	struct manifest m = full, back;
	char *text;
	size_t len;

	(void)state;
	m.nchunks = MANIFEST_CHUNKS_MAX;
	m.image_bytes = (uint64_t)m.nchunks * CHUNK_BYTES;
	m.stored_bytes = 0;
	m.chunks = calloc(m.nchunks, sizeof *m.chunks);
	assert_non_null(m.chunks);
	text_of(&m, &text, &len);
	assert_true(len <= MANIFEST_TEXT_MAX);
	assert_int_equal(manifest_from_json(text, len, &back, NULL), 0);
	assert_int_equal(back.nchunks, m.nchunks);
	free(text);
	free(m.chunks);
	manifest_clear(&back);
}

static void test_fits(void **state)
{
	static const struct {
		const char *domain, *uuid, *cpu, *saved_cpu, *here_cpu;
		uint64_t qemu, libvirt;
		const char *why;
	} rows[] = {
		{ "vm1.x", UUID, "host-passthrough", "Xeon", "Xeon", 7002022, 9000000, NULL },
		{ "vm1.x", UUID, "host-passthrough", "Xeon", "Xeon", 8000000, 10000000, NULL },
		{ "vm1", UUID, "", "", "", 7002022, 9000000, "of the guest vm1.x, not of vm1" },
		{ "vm1.x", "11111111-2222-3333-4444-555555555556", "", "", "", 7002022, 9000000, "another guest of the name" },
		{ "vm1.x", UUID, "", "", "", 7002021, 9000000, "QEMU 7.2.22, here is 7.2.21" },
		{ "vm1.x", UUID, "", "", "", 7002022, 8999999, "libvirt 9.0.0, here is 8.999.999" },
		{ "vm1.x", UUID, "host-passthrough", "Xeon", "EPYC", 7002022, 9000000, "'Xeon'" },
		{ "vm1.x", UUID, "maximum", "Xeon", "EPYC", 7002022, 9000000, "'EPYC'" },
		{ "vm1.x", UUID, "host-passthrough", "", "", 7002022, 9000000, "unknown" },
		{ "vm1.x", UUID, "host-passthrough", "Xeon", "", 7002022, 9000000, "unknown" },
		{ "vm1.x", UUID, "custom", "Xeon", "EPYC", 7002022, 9000000, NULL },
		{ "vm1.x", UUID, "", "Xeon", "EPYC", 7002022, 9000000, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct manifest m = full;
		struct manifest_host host = { .qemu = rows[i].qemu, .libvirt = rows[i].libvirt };
		struct ferry_error e = FERRY_ERROR_INIT;

		strcpy(m.cpu, rows[i].cpu);
		strcpy(m.host_cpu, rows[i].saved_cpu);
		strcpy(host.host_cpu, rows[i].here_cpu);
		assert_int_equal(manifest_fits(&m, rows[i].domain, rows[i].uuid, &host, &e), rows[i].why ? -EINVAL : 0);
		if (rows[i].why && !strstr(e.text, rows[i].why))
			fail_msg("row %zu: '%s' does not say '%s'", i, e.text, rows[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_never_written),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_fits),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
