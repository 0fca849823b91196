# SPDX-License-Identifier: GPL-2.0-or-later
# Planned moves, live, on single-primary DRBD: ten back and forth with the commands that administrators use.

. "${FERRY_LAB:?}/lib.sh"
test_begin move

ok "cold start: the guest runs where its disk is Primary and its gate open" healthy

moves=0
while [ $moves -lt 10 ]; do
	to=node1
	[ "$(where vm1)" = node2 ] || to=node2
	since=$(now_ms)
	on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
	wait_until "vm1 on $to" 120 is_on vm1 $to
	cluster_idle 120
	ok "move $((moves + 1)) to $to: the cluster is healthy" wait_until "a healthy cluster" 60 healthy
	witness_ticks r0 5
	ok "move $((moves + 1)) to $to: $(witness_since r0 "$since")" witness_since r0 "$since"
	moves=$((moves + 1))
done

on node3 "crm resource clear vm1" >/dev/null 2>&1
at=$(where vm1)
cluster_idle 60
is "clearing the move leaves the guest where it is" "$(where vm1)" "$at"
is "nothing has failed" "$(failures)" ""
ok "the counter went on through all of it: $(witness_since r0 "$began")" witness_since r0 "$began"
ok "$(never_two_primaries r0)" never_two_primaries r0
ok "allow-two-primaries is off" two_primaries_never_allowed r0
ok "both replicas are identical" replicas_identical r0 vm1
test_end
