/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare: what a fork copies, what threads share, by the kernel's word.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/sys/probe.h"
#include "core/sys/procfs.h"
#include "core/sys/same.h"
#include "tests/story.h"

static struct story *
empty(void)
{
	const char *argv[] = { "--empty", NULL };

	return story_open(argv);
}

/* The number in the first part of a line that is to come. */
static int
number(struct story *s, const char *regex)
{
	return atoi(story_expect(s, regex)[1]);
}

START_TEST(nobody_is_more_one_with_me_than_myself)
{
	if (!probe_allowed("kcmp")) {
		ck_assert_int_eq(same_task(getpid(), getpid(), SAME_FILES), -1);
		return;
	}
	for (int what = SAME_MEMORY; what <= SAME_HANDLERS; what++)
		ck_assert_int_eq(
		    same_task(getpid(), getpid(), (enum same_what)what), 1);
	ck_assert_int_eq(same_task(getpid(), getppid(), SAME_MEMORY), 0);
	ck_assert_int_eq(same_file(getpid(), 1, getpid(), 1), 1);
}
END_TEST

START_TEST(a_variable_stands_in_a_map_on_a_page_of_its_own)
{
	static _Alignas(PROC_PAGE_BYTES) volatile char page[PROC_PAGE_BYTES];
	static struct proc_map maps[2048];
	struct procfs *fs = procfs_open(NULL, NULL);
	uint64_t entry = 0, at = (uintptr_t)page;
	int n = procfs_maps(fs, getpid(), maps, 2048), found = 0;

	page[0] = 1;
	ck_assert_int_gt(n, 3);
	for (int i = 0; i < n; i++)
		found += maps[i].start <= at && at < maps[i].end &&
		         maps[i].write && !maps[i].shared;
	ck_assert_int_eq(found, 1);
	ck_assert_int_eq(procfs_pages(fs, getpid(), at, &entry, 1), 1);
	ck_assert(entry & PROC_PAGE_PRESENT);
	ck_assert(entry & PROC_PAGE_EXCLUSIVE);
	procfs_close(fs);
}
END_TEST

START_TEST(a_write_takes_one_page_from_the_same_ones)
{
	struct story *s = empty();
	int before, after;

	story_send(s, "puppet; p1 set x 1; p1 fork; compare p1 p2");
	story_expect(s, "two processes, .*; p1 is the parent of p2");
	story_expect(s, "code +shared; pages: [1-9]");
	before = number(s, "variables +a copy; pages: ([0-9]+) still the same");
	story_expect(s, "stack +a copy; pages: [0-9]+ still the same");
	story_expect(s, "page tables its own: [0-9]+K and [0-9]+K");
	story_send(s, "p2 set x 5; compare p2 p1");
	story_expect(s, "p1 is the parent of p2");
	after = number(s, "variables +a copy; pages: ([0-9]+) still the same");
	ck_assert_int_eq(after, before - 1);
	story_close(s);
}
END_TEST

START_TEST(threads_share_all_but_their_stacks)
{
	static const char *const shared[] = {
		"code +shared",          "libraries +shared",
		"variables +shared",     "mapped +shared",
		"page tables shared",    "descriptors shared: one table",
		"folder +shared",        "handlers +shared",
		"blocked +its own mask",
	};
	struct story *s = empty();

	story_send(s, "puppet; p1 pthread_create; p1 pthread_create; compare "
	              "p1.t1 p1.t2");
	story_expect(s, "p1.t1, p1.t2: two threads of one process");
	for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
		if (i == 4)
			story_expect(s, "stack +its own, within the one "
			                "memory: at 0x[0-9a-f]+ and at");
		story_expect(s, shared[i]);
	}
	story_send(s, "compare p1 p1.t2");
	story_expect(s, "stack +its own, within the one memory");
	story_close(s);
}
END_TEST

START_TEST(workers_share_the_page_of_counters_and_copy_the_rest)
{
	struct story *s = story_open(NULL);

	story_expect(s, "w2 .* listening");
	story_send(s, "compare w1 w2");
	story_expect(s, "two processes, .* children of one parent");
	story_expect(s, "code +shared; pages: [1-9]");
	story_expect(s, "variables +a copy; .* w1's own, [0-9]+ of w2's");
	story_expect(s, "shared map +shared: 1 of 1");
	story_expect(s, "descriptors a copy: .* lead to the same open files");
	story_expect(s, "user +a copy: both are uid");
	story_send(s, "compare w1 web");
	story_expect(s, "web is the parent of w1");
	story_close(s);
}
END_TEST

START_TEST(strangers_have_nothing_but_files_in_common)
{
	struct story *s = empty();

	story_send(s, "sleep 1000 &");
	story_expect(s, "j1 \\(pid [0-9]+\\)");
	story_send(s, "puppet 2; compare p1 p2");
	story_expect(s, "program +one: ");
	story_expect(s, "code +shared; .* of one file, at other addresses");
	story_expect(s, "variables +its own");
	story_send(s, "compare p1 %%1");
	story_expect(s, "program +different program");
	story_expect(s, "code +different program");
	story_expect(s, "stack +its own");
	story_expect(s, "descriptors its own: .* none in common");
	story_close(s);
}
END_TEST

START_TEST(no_line_is_wider_than_a_screen)
{
	struct story *s = story_open(NULL);

	story_expect(s, "w2 .* listening");
	story_send(s, "puppet; compare w1 w2; compare w1 p1; check 1 = 1");
	story_expect(s, "w1, p1: ");
	story_expect(s, "user ");
	for (const char *line = strstr(s->text, "w1, w2: "); line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		ck_assert_msg(strcspn(line, "\n") <= 80, "%.*s",
		              (int)strcspn(line, "\n"), line);
	story_close(s);
}
END_TEST

START_TEST(who_cannot_be_compared_is_a_sentence)
{
	struct story *s = empty();

	story_send(s, "puppet; compare p1 p1");
	story_expect(s, "p1 and p1 are one and the same: compare two");
	story_send(s, "compare p1 p7");
	story_expect(s, "there is no process p7");
	story_send(s, "p1 fork; p2 exit; compare p1 p2");
	story_expect(s, "p2 has ended: there is nothing left to compare");
	story_send(s, "compare p1");
	story_expect(s, "compare needs B");
	story_send(s, "quit");
	ck_assert_int_eq(story_wait(s), 2);
	story_close(s);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("compare");
	TCase *tc = tcase_create("stories");
	SRunner *runner;
	int failed;

	tcase_set_timeout(tc, 0);
	tcase_add_test(tc, nobody_is_more_one_with_me_than_myself);
	tcase_add_test(tc, a_variable_stands_in_a_map_on_a_page_of_its_own);
	tcase_add_test(tc, a_write_takes_one_page_from_the_same_ones);
	tcase_add_test(tc, threads_share_all_but_their_stacks);
	tcase_add_test(tc,
	               workers_share_the_page_of_counters_and_copy_the_rest);
	tcase_add_test(tc, strangers_have_nothing_but_files_in_common);
	tcase_add_test(tc, no_line_is_wider_than_a_screen);
	tcase_add_test(tc, who_cannot_be_compared_is_a_sentence);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
