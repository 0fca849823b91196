# SPDX-License-Identifier: GPL-2.0-or-later
# Standby of each node, ban and clear: the guest moves live and comes to no harm.

. "${FERRY_LAB:?}/lib.sh"
test_begin standby

for round in 1 2; do
	at=$(where vm1)
	to=node1
	[ "$at" = node2 ] || to=node2
	since=$(now_ms)
	on node3 "crm node standby $at" >/dev/null 2>&1
	wait_until "vm1 on $to" 120 is_on vm1 $to
	cluster_idle 120
	witness_ticks r0 5
	ok "standby of $at ($round): $(witness_since r0 "$since")" witness_since r0 "$since"
	on node3 "crm node online $at" >/dev/null 2>&1
	ok "$at online again: healthy and redundant" wait_until "a healthy cluster" 120 healthy
	cluster_idle 120
	is "and the guest stays on $to" "$(where vm1)" "$to"
done

at=$(where vm1)
to=node1
[ "$at" = node2 ] || to=node2
since=$(now_ms)
on node3 "crm resource ban vm1 $at" >/dev/null 2>&1
wait_until "vm1 on $to" 120 is_on vm1 $to
cluster_idle 120
witness_ticks r0 5
ok "ban from $at: $(witness_since r0 "$since")" witness_since r0 "$since"
on node3 "crm resource clear vm1" >/dev/null 2>&1
cluster_idle 60
is "clear leaves it there" "$(where vm1)" "$to"
is "nothing has failed" "$(failures)" ""
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
