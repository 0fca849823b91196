# SPDX-License-Identifier: GPL-2.0-or-later
#
# Reads the TAP of one suite, prints "PASSED FAILED SKIPPED" and, after it, a line per failure.
# -v rc=N is the suite's exit code. A suite that breaks off, has no plan, runs nothing, runs another
# number of tests than it planned, or exits non-zero without saying why, has failed once more.

function fail(why) { failed++; why_list[++whys] = why }

/^ok([ \t]|$)/ {
	seen++
	if ($0 ~ /#[ \t]*[Ss][Kk][Ii][Pp]/) skipped++
	else if ($0 ~ /#[ \t]*[Tt][Oo][Dd][Oo]/) fail("passes though marked as to do: " $0)
	else passed++
}
/^not ok([ \t]|$)/ {
	seen++
	if ($0 ~ /#[ \t]*[Ss][Kk][Ii][Pp]/) skipped++
	else fail($0)
}
/^1\.\.[0-9]+/ {
	if (planned != "") fail("two plans")
	planned = substr($1, 4) + 0
	skip_all = planned == 0 && $0 ~ /#[ \t]*[Ss][Kk][Ii][Pp]/
}
/^Bail out!/ { fail($0) }

END {
	if (skip_all && !seen) {
		skipped++
		if (rc != 0 && rc != 77) fail("exit code " rc)
	} else {
		if (planned == "") fail("no plan: the suite broke off")
		else if (planned != seen) fail("planned " planned " tests, ran " seen + 0)
		if (!seen) fail("no test was run")
		if (rc != 0 && !failed) fail("exit code " rc)
	}
	printf "%d %d %d\n", passed, failed, skipped
	for (i = 1; i <= whys; i++)
		print why_list[i]
}
