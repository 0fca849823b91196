/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this copy run on this disk? Every combination of mark and stamp, against what must never happen,
 * said in other words than the table's; and the cells that matter most, by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/verdict.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* the stamp's nonce */
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define M "11111111111111111111111111111111" /* a move */
#define N "22222222222222222222222222222222"
#define ZERO "00000000000000000000000000000000"
#define UUID "11111111-2222-3333-4444-555555555555"
#define OTHER_UUID "11111111-2222-3333-4444-666666666666"

static struct mark mark(enum mark_state s, uint64_t epoch, const char *nonce, const char *claim, const char *move)
{
	struct mark m = { .state = s, .epoch = epoch };

	strcpy(m.nonce, nonce);
	strcpy(m.claim, claim);
	strcpy(m.move, move);
	strcpy(m.source, move[0] ? "node1" : "");
	return m;
}

static struct stamp stamp(uint64_t epoch, const char *cert)
{
	struct stamp s = { .seq = 1, .resource = "r0", .domain = "vm1", .uuid = UUID, .epoch = epoch, .node = "node1" };

	strcpy(s.nonce, epoch ? A : ZERO);
	s.certified = cert[0] != '\0';
	s.cert.epoch = s.certified ? epoch : 0;
	strcpy(s.cert.move, cert);
	return s;
}

static bool runs(enum verdict v)
{
	return v == VERDICT_RUN_CLAIMED || v == VERDICT_RUN_ORIGINAL || v == VERDICT_RUN_CERTIFIED;
}

static void check_reserved(const struct mark *m, const struct stamp *s, enum verdict v)
{
	bool claimed = s && s->epoch > 0 && strcmp(m->claim, s->nonce) == 0;

	assert_true(v == VERDICT_BOOT || v == VERDICT_BOOT_UNCLAIMED || v == VERDICT_RUN_CLAIMED);
	/* A certified memory is somewhere: it must be looked for, and not be written over unseen. */
	assert_int_equal(v == VERDICT_BOOT_UNCLAIMED, s && s->certified);
	assert_int_equal(v == VERDICT_RUN_CLAIMED, claimed && !s->certified);
}

static void check_memory(const struct mark *m, const struct stamp *s, enum verdict v)
{
	bool own, claimed, heir;

	assert_true(v != VERDICT_BOOT && v != VERDICT_BOOT_UNCLAIMED && v != VERDICT_FOREIGN);
	if (!s || s->epoch == 0) {	/* memory, and a disk that never ran it */
		assert_int_equal(v, VERDICT_OLD_DISK);
		return;
	}
	own = m->move[0] == '\0' && strcmp(m->nonce, s->nonce) == 0 && m->epoch == s->epoch;
	claimed = strcmp(m->claim, s->nonce) == 0 && m->epoch + 1 == s->epoch;
	heir = s->certified && m->state == MARK_HELD && strcmp(m->move, s->cert.move) == 0 && m->epoch == s->epoch;
	if (runs(v))
		assert_true(own || claimed || heir);
	if (heir)
		assert_int_equal(v, VERDICT_RUN_CERTIFIED);
	/* Newer than the disk: neither run nor thrown away. */
	if (m->epoch > s->epoch)
		assert_int_equal(v, VERDICT_OLD_DISK);
	/* The run has ended with a move. What ran is not run again; what stood still since may be. */
	if (s->certified && runs(v) && !heir)
		assert_true(own && m->state == MARK_HELD);
	/* Thrown away: only if the disk has gone on since, or its heir is another. */
	if (v == VERDICT_STALE)
		assert_true((m->epoch < s->epoch || s->certified) && !heir);
	/* (Epoch 0 is memory that never ran behind this disk: kept, for somebody to look at.) */
	if (m->epoch > 0 && m->epoch < s->epoch && strcmp(m->claim, s->nonce) != 0 && strcmp(m->nonce, s->nonce) != 0)
		assert_int_equal(v, VERDICT_STALE);
	if (v == VERDICT_UNDECIDED)
		assert_true(m->move[0] && m->epoch == s->epoch && !s->certified);
}

static void check(const struct mark *m, const struct stamp *s, const char *uuid)
{
	enum verdict v = verdict_of(m, uuid, s);

	assert_string_not_equal(verdict_name(v), "unknown");
	if (m->state == MARK_NONE || !mark_valid(m) || (s && strcmp(s->uuid, uuid) != 0))
		assert_int_equal(v, VERDICT_FOREIGN);
	else if (m->state == MARK_RESERVED)
		check_reserved(m, s, v);
	else
		check_memory(m, s, v);
}

static void test_every_combination(void **state)
{
	static const char *const nonces[] = { "", A, B }, *const moves[] = { "", M, N };
	static const uint64_t epochs[] = { 0, 4, 5, 6, 7 };
	unsigned int n = 0;

	(void)state;
	for (enum mark_state st = MARK_NONE; st <= MARK_RUNNING; st++)
		for (size_t i = 0; i < 3 * 3 * 3 * 5; i++) {
			struct mark m = mark(st, epochs[i / 27], nonces[i % 3], nonces[i / 3 % 3], moves[i / 9 % 3]);

			check(&m, NULL, UUID);
			for (size_t c = 0; c < 3; c++) {
				struct stamp ran = stamp(5, moves[c]), fresh = stamp(0, "");

				check(&m, &ran, UUID);
				check(&m, &ran, OTHER_UUID);
				check(&m, &fresh, UUID);
				ran.cert.epoch = 4; /* damaged: a certificate of another run names nobody */
				if (c > 0)
					assert_int_not_equal(verdict_of(&m, UUID, &ran), VERDICT_RUN_CERTIFIED);
				n += mark_valid(&m);
			}
		}
	assert_true(n > 100); /* enough of them are marks that exist */
}

static void test_named_cells(void **state)
{
	static const struct {
		const char *what;
		enum mark_state st;
		uint64_t epoch;
		const char *nonce, *claim, *move, *cert;
		enum verdict want;
	} cells[] = {
		{ "a move that went well", MARK_HELD, 5, "", "", M, M, VERDICT_RUN_CERTIFIED },
		{ "a copy without its certificate", MARK_HELD, 5, "", "", M, "", VERDICT_UNDECIDED },
		{ "a copy whose source ran on", MARK_HELD, 4, "", "", M, "", VERDICT_STALE },
		{ "a copy of another move", MARK_HELD, 5, "", "", N, M, VERDICT_STALE },
		{ "it runs", MARK_RUNNING, 5, A, "", "", "", VERDICT_RUN_ORIGINAL },
		{ "it was moved away, and a twin is left", MARK_RUNNING, 5, A, "", "", M, VERDICT_STALE },
		{ "held by its gate's stop", MARK_HELD, 5, A, "", "", "", VERDICT_RUN_ORIGINAL },
		{ "held, passed on and sent back", MARK_HELD, 5, A, "", "", M, VERDICT_RUN_ORIGINAL },
		{ "killed between stamp and resume", MARK_HELD, 4, "", A, M, "", VERDICT_RUN_CLAIMED },
		{ "the same, and moved on since", MARK_HELD, 4, "", A, M, N, VERDICT_STALE },
		{ "killed before the stamp", MARK_HELD, 5, "", B, M, M, VERDICT_RUN_CERTIFIED },
		{ "a stray of another line", MARK_RUNNING, 5, B, "", "", "", VERDICT_OLD_DISK },
		{ "the same, on a disk that was handed over", MARK_HELD, 5, B, "", "", M, VERDICT_OLD_DISK },
		{ "a replica that was left behind", MARK_HELD, 7, "", "", M, "", VERDICT_OLD_DISK },
		{ "a boot", MARK_RESERVED, 0, "", "", "", "", VERDICT_BOOT },
		{ "a boot that was killed after its resume", MARK_RESERVED, 0, "", A, "", "", VERDICT_RUN_CLAIMED },
		{ "a boot over a copy that nobody claimed", MARK_RESERVED, 0, "", "", "", M, VERDICT_BOOT_UNCLAIMED },
		{ "not ours", MARK_NONE, 0, "", "", "", "", VERDICT_FOREIGN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
		struct mark m = mark(cells[i].st, cells[i].epoch, cells[i].nonce, cells[i].claim, cells[i].move);
		struct stamp s = stamp(5, cells[i].cert);
		enum verdict v = verdict_of(&m, UUID, &s);

		if (v != cells[i].want)
			fail_msg("%s: %s, expected %s", cells[i].what, verdict_name(v), verdict_name(cells[i].want));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_named_cells),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
