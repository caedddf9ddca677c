/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Where port 3000 is taken, lessons name another one, and change nothing else.
 */
#include <check.h>
#include <stdlib.h>

#include "lessons/engine-inside.h"

static const char *const rows[][2] = {
	{ "curl http://localhost:3000/", "curl http://localhost:4567/" },
	{ "port(3000) = web", "port(4567) = web" },
	{ "get --port=3000", "get --port=4567" },
	{ "on port 3000.", "on port 4567." },
	{ "curl http://localhost:3000/sleep?ms=3000",
	  "curl http://localhost:4567/sleep?ms=3000" },
	{ "/count?n=3000&lock=on", "/count?n=3000&lock=on" },
	{ "30000 and 13000", "30000 and 13000" },
};

START_TEST(only_the_port_is_replaced)
{
	char buf[200];

	ck_assert_str_eq(port_text(rows[_i][0], 4567, buf, sizeof(buf)),
	                 rows[_i][1]);
	ck_assert_str_eq(port_text(rows[_i][0], 3000, buf, sizeof(buf)),
	                 rows[_i][0]);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("port");
	TCase *tc = tcase_create("port");
	SRunner *r;
	int failed;

	tcase_add_loop_test(tc, only_the_port_is_replaced, 0,
	                    (int)(sizeof(rows) / sizeof(rows[0])));
	suite_add_tcase(s, tc);
	r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
