# SPDX-License-Identifier: GPL-2.0-or-later
# Two guests on two DRBD resources move in opposite directions at the same time.

. "${FERRY_LAB:?}/lib.sh"
test_begin opposite

# out of the cluster again, so that the next test finds what it expects
ferry_gone() {
	on node3 "crm resource stop $1; crm_resource --wait --timeout=120s; crm -F configure delete $1 gate-$1 c-disk-$1 disk-$1" >/dev/null 2>&1
	rm -f "$FERRY_LAB_DIR/$1.crm"
	cluster_idle 120 && no on node3 "cibadmin -Q | grep -q 'id=\"$1\"'"
}
both_at() { is_on vm1 "$1" && is_on vm2 "$2"; }
both_well() { # where vm1 and vm2 are, all of their parts are
	both_at "$1" "$2" && healthy && is_on gate-vm2 "$2" && promoted_on c-disk-vm2 "$2" && redundant r1
}

ok "a second guest, vm2, boots on r1" ferry_up vm2 r1
ok "it works" witness_ticks r1 5 120
ok "the cluster is idle" cluster_idle 120
a=$(where vm1)
b=$(other "$a")
if [ "$(where vm2)" != "$b" ]; then
	on node3 "crm resource migrate vm2 $b" >/dev/null 2>&1
	wait_until "vm2 on $b" 180 is_on vm2 "$b"
	cluster_idle 180
fi
ok "vm1 is on $a, vm2 on $b" wait_until "both guests" 60 both_well "$a" "$b"

for round in 1 2; do
	since=$(now_ms)
	on node3 "crm resource migrate vm1 $b; crm resource migrate vm2 $a" >/dev/null 2>&1
	wait_until "vm1 on $b and vm2 on $a" 240 both_at "$b" "$a"
	cluster_idle 240
	ok "round $round: vm1 on $b, vm2 on $a, healthy" wait_until "both guests" 60 both_well "$b" "$a"
	witness_ticks r0 5
	witness_ticks r1 5
	ok "round $round, vm1: $(witness_since r0 "$since")" witness_since r0 "$since"
	ok "round $round, vm2: $(witness_since r1 "$since")" witness_since r1 "$since"
	c=$a a=$b b=$c
done

on node3 "crm resource clear vm1; crm resource clear vm2" >/dev/null 2>&1
cluster_idle 120
ok "clearing both moves leaves the guests where they are" both_at "$a" "$b"
is "nothing has failed" "$(failures)" ""
for res in r0 r1; do
	ok "$(never_two_primaries $res "$began")" never_two_primaries $res "$began" # what ran on r1 before may have had two
	ok "allow-two-primaries is off for $res" two_primaries_never_allowed $res
done
ok "both replicas of r0 are identical" replicas_identical r0 vm1
ok "both replicas of r1 are identical" replicas_identical r1 vm2
ok "vm2 can be taken away" ferry_gone vm2
witness_unwatch
witness_watch r0
test_end
