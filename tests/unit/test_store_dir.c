/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory of checkpoints: what it keeps and refuses, what a crash leaves in it, and that nothing else is touched. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/unit/store_kit.h"

static void path_of(char out[256], const char *name)
{
	snprintf(out, 256, "%s/%s", ck_dir, name);
}

static void test_directory_newest(void **state)
{
	struct store s = ck_directory();
	struct seen seen = { 0, 0, "" };
	struct stat st;
	char path[256];

	(void)state;
	ck_empty_directory();
	keep(&s, "vm1", ID_A, 2, 1000);
	assert_int_equal(stat(ck_dir, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	path_of(path, "vm1." ID_A ".ram");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_size, CHUNK_BYTES + STORE_BLOCK); /* what was reserved beyond is given back */
	path_of(path, "vm1." ID_A ".json");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	keep(&s, "vm1", ID_B, 1, 9000); /* later, of an older run */
	found(&s, "vm1", NULL, ID_A);
	keep(&s, "vm1", ID_C, 2, 2000);
	found(&s, "vm1", NULL, ID_C);
	/* Names with dots are nobody else's. */
	keep(&s, "vm1.x", ID_A, 9, 1000);
	keep(&s, "vm1." ID_A, ID_B, 9, 1000);
	keep(&s, "vm1." ID_A ".json", ID_B, 9, 1000);
	found(&s, "vm1", NULL, ID_C);
	found(&s, "vm1.x", NULL, ID_A);
	assert_int_equal(store_each(&s, "vm1", see, &seen, NULL), 0);
	assert_true(seen.good == 3 && seen.bad == 0);
	assert_int_equal(store_each(&s, NULL, see, &seen, NULL), 0);
	assert_true(seen.good == 9 && seen.bad == 0);
	assert_int_equal(store_prune(&s, "vm1", ID_A, NULL), 0);
	found(&s, "vm1", NULL, ID_A);
	not_found(&s, "vm1", ID_C, -ENOENT, "");
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	assert_int_equal(ck_files(), 6);
	found(&s, "vm1.x", NULL, ID_A);
	found(&s, "vm1." ID_A, NULL, ID_B);
	/* The same again is refused, and the first one lives. */
	struct store_new *n = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;

	assert_int_equal(store_begin(&s, "vm1.x", ID_A, 0, &n, &e), -EEXIST);
	found(&s, "vm1.x", NULL, ID_A);
	ck_empty_directory();
}

/* A crash leaves data, and perhaps half a manifest: taken away by a prune, but never from under one who writes. */
static void test_directory_half(void **state)
{
	struct store s = ck_directory();
	struct ferry_error e = FERRY_ERROR_INIT;
	struct store_new *n;
	struct manifest m;
	char path[256];

	(void)state;
	keep(&s, "vm1", ID_A, 1, 1000);
	path_of(path, "vm1." ID_B ".ram");
	assert_int_equal(io_replace_file(path, "half", 4, 0600), 0);
	path_of(path, "vm1." ID_B ".tmp");
	assert_int_equal(io_replace_file(path, "{\"form", 6, 0600), 0);
	path_of(path, "vm1.notes.txt");
	assert_int_equal(io_replace_file(path, "mine", 4, 0600), 0);
	found(&s, "vm1", NULL, ID_A);
	n = begun(&s, "vm1", ID_C);
	m = filled(n, "vm1", ID_C, 2);
	assert_int_equal(store_prune(&s, "vm1", ID_A, &e), 0);
	assert_int_equal(ck_files(), 4); /* A's two, C's data, the notes */
	assert_int_equal(store_remove(&s, "vm1", ID_C, &e), -EBUSY);
	assert_non_null(strstr(e.text, "being written"));
	assert_int_equal(store_commit(n, &m, NULL), 0);
	manifest_clear(&m);
	found(&s, "vm1", NULL, ID_C);
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	assert_int_equal(ck_files(), 1);
	ck_empty_directory();
}

/* The same with a process that died, as far as its save had come: what was locked is free again. */
static void test_directory_crash(void **state)
{
	struct store s = ck_directory();
	int status = -1;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		struct store_new *n = NULL;

		if (store_begin(&s, "vm1", ID_A, 1 << 20, &n, NULL) < 0 || store_put(n, block, CHUNK_BYTES, NULL) < 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(ck_files(), 1);
	not_found(&s, "vm1", NULL, -ENOENT, "");
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	assert_int_equal(ck_files(), 0);
	ck_empty_directory();
}

/* Links that lie where files shall go are not written through. */
static void test_directory_links(void **state)
{
	struct store s = ck_directory();
	struct ferry_error e = FERRY_ERROR_INIT;
	struct store_new *n = NULL;
	struct manifest m;
	char link[256], target[256];

	(void)state;
	snprintf(target, sizeof target, "%s/target", ck_top);
	assert_int_equal(mkdir(ck_dir, 0700), 0);
	path_of(link, "vm1." ID_A ".ram");
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(store_begin(&s, "vm1", ID_A, 0, &n, NULL), -EEXIST);
	assert_int_equal(ck_files(), 1);
	n = begun(&s, "vm1", ID_B);
	m = filled(n, "vm1", ID_B, 1);
	path_of(link, "vm1." ID_B ".tmp");
	assert_int_equal(symlink(target, link), 0);
	assert_int_equal(store_commit(n, &m, &e), -EEXIST);
	assert_non_null(strstr(e.text, "manifest"));
	manifest_clear(&m);
	assert_int_equal(ck_files(), 1);
	assert_true(access(target, F_OK) < 0 && errno == ENOENT);
	ck_empty_directory();
}

static void test_directory_damaged(void **state)
{
	struct store s = ck_directory();
	struct seen seen = { 0, 0, "" };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;
	char data[256], text[256], other[256], away[256];

	(void)state;
	path_of(data, "vm1." ID_A ".ram");
	path_of(text, "vm1." ID_A ".json");
	path_of(other, "vm2." ID_A ".json");
	snprintf(away, sizeof away, "%s/away", ck_top);
	keep(&s, "vm1", ID_A, 1, 1000);
	assert_int_equal(store_find(&s, "vm1", NULL, &m, NULL), 0);
	/* Data: cut off, longer, missing, a link, a bit. */
	assert_int_equal(truncate(data, CHUNK_BYTES), 0);
	assert_int_equal(store_read(&s, &m, NULL, NULL, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "1048576 bytes"));
	assert_int_equal(truncate(data, CHUNK_BYTES + STORE_BLOCK), 0); /* and zeros where the second chunk was */
	error_clear(&e);
	assert_int_equal(store_read(&s, &m, NULL, NULL, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "chunk 1 "));
	assert_int_equal(truncate(data, CHUNK_BYTES + 2 * STORE_BLOCK), 0);
	assert_int_equal(store_read(&s, &m, NULL, NULL, NULL), -EBADMSG);
	assert_int_equal(rename(data, away), 0);
	error_clear(&e);
	assert_int_equal(store_read(&s, &m, NULL, NULL, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "not there"));
	assert_int_equal(symlink(away, data), 0);
	error_clear(&e);
	assert_int_equal(store_read(&s, &m, NULL, NULL, &e), -EBADMSG);
	assert_non_null(strstr(e.text, "symbolic link"));
	manifest_clear(&m);
	/* Manifests: a bit, another's name, empty, a link, a directory. */
	ck_flip(text, 100, 1);
	not_found(&s, "vm1", NULL, -EINVAL, "checksum");
	not_found(&s, "vm1", ID_A, -EINVAL, "checksum");
	not_found(&s, "vm1", ID_B, -ENOENT, "");
	ck_flip(text, 100, 1);
	assert_int_equal(rename(text, other), 0);
	not_found(&s, "vm2", NULL, -EBADMSG, "renamed or copied");
	not_found(&s, "vm1", NULL, -ENOENT, "");
	assert_int_equal(symlink(other, text), 0);
	not_found(&s, "vm1", NULL, -EBADMSG, "symbolic link");
	assert_int_equal(store_each(&s, "vm1", see, &seen, NULL), 0);
	assert_true(seen.good == 0 && seen.bad == 1);
	/* What is told is still taken away, and what the links named is not. */
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	assert_int_equal(ck_files(), 1);
	assert_int_equal(access(away, F_OK), 0);
	assert_int_equal(truncate(other, 0), 0);
	not_found(&s, "vm2", NULL, -EBADMSG, "0 bytes");
	assert_int_equal(truncate(other, (off_t)MANIFEST_TEXT_MAX + 1), 0);
	not_found(&s, "vm2", NULL, -EBADMSG, "67108865 bytes");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(mkdir(other, 0700), 0);
	not_found(&s, "vm2", NULL, -EBADMSG, "no regular file");
	error_clear(&e);
	assert_int_equal(store_prune(&s, "vm2", NULL, &e), -EISDIR);
	unlink(away);
	ck_empty_directory();
}

static void test_directory_no_room(void **state)
{
	struct store s = ck_directory();
	struct ferry_error e = FERRY_ERROR_INIT;
	struct store_new *n = NULL;
	struct rlimit was, small = { 2 << 20, 0 };
	struct manifest m;
	int r;

	(void)state;
	assert_int_equal(store_begin(&s, "vm1", ID_A, 1ULL << 60, &n, &e), -ENOSPC);
	assert_null(n);
	assert_non_null(strstr(e.text, "1152921504606846976 bytes are wanted"));
	assert_int_equal(ck_files(), 0);
	/* It becomes full while it is written; found out at the end at the latest. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	small.rlim_max = was.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	error_clear(&e);
	n = NULL;
	r = store_begin(&s, "vm1", ID_A, 3 << 20, &n, &e);
	if (r == 0) {	/* where room cannot be reserved */
		store_abort(n);
		r = -ENOSPC;
	}
	assert_int_equal(r, -ENOSPC);
	assert_int_equal(ck_files(), 0);
	error_clear(&e);
	n = begun(&s, "vm1", ID_A);
	for (r = 0; r == 0;)
		r = store_put(n, block, CHUNK_BYTES, &e);
	assert_int_equal(r, -ENOSPC);
	assert_non_null(strstr(e.text, "after 2097152 bytes"));
	store_abort(n);
	assert_int_equal(ck_files(), 0);
	/* And the manifest alone that does not go in. */
	small.rlim_cur = was.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	n = begun(&s, "vm1", ID_A);
	m = filled(n, "vm1", ID_A, 1);
	small.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	error_clear(&e);
	r = store_commit(n, &m, &e);
	setrlimit(RLIMIT_FSIZE, &was);
	assert_int_equal(r, -ENOSPC);
	assert_int_equal(ck_files(), 0);
	manifest_clear(&m);
}

static void test_directory_of_others(void **state)
{
	struct store s = ck_directory(), file = { STORE_DIRECTORY, ck_volume };
	struct store_new *n = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;

	(void)state;
	keep(&s, "vm1", ID_A, 1, 1000);
	assert_int_equal(chmod(ck_dir, 0770), 0);
	not_found(&s, "vm1", NULL, -EPERM, "chmod");
	assert_int_equal(store_begin(&s, "vm1", ID_B, 0, &n, NULL), -EPERM);
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), -EPERM);
	assert_int_equal(chmod(ck_dir, 0755), 0);
	found(&s, "vm1", NULL, ID_A);
	ck_fresh_volume(4096);
	assert_int_equal(store_begin(&file, "vm1", ID_B, 0, &n, &e), -ENOTDIR);
	assert_non_null(strstr(e.text, ck_volume));
	ck_empty_directory();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directory_newest),
		cmocka_unit_test(test_directory_half),
		cmocka_unit_test(test_directory_crash),
		cmocka_unit_test(test_directory_links),
		cmocka_unit_test(test_directory_damaged),
		cmocka_unit_test(test_directory_no_room),
		cmocka_unit_test(test_directory_of_others),
	};

	return cmocka_run_group_tests_name("store_dir", tests, ck_setup, ck_teardown);
}
