# SPDX-License-Identifier: GPL-2.0-or-later
# What works, but could be better, is told and not touched: a disk without a second current copy (190, 191), a guest that its
# user has paused (190).

. "${FERRY_LAB:?}/lib.sh"
test_begin degraded

ferry_config vm1 r0 1 >"$FERRY_LAB_DIR/fast.crm"
crm_load "$FERRY_LAB_DIR/fast.crm"
cluster_idle 120
at=$(where vm1)
peer=$(other "$at")
since=$(now_ms)

offered() { [ "$(on node3 "crm_attribute -N $1 -n master-disk-vm1 -l reboot -G -q -d none 2>/dev/null")" = 10000 ]; }
# told OPERATION-KEY NODE CODE REASON: the cluster lists it
told() { degraded | grep "op_key=\"$1[^\"]*\"" | grep "node=\"$2\"" | grep "exitcode=\"$3\"" | grep -q "$4"; }
counted() { on node3 "crm_mon -1 --output-as=xml --include=none,failcounts" | grep -o 'fail-count="[^"]*"'; }

# --- the disk: a Secondary that hangs up by itself is outdated, and nobody is fenced for it
on "$peer" 'drbdadm disconnect r0'
ok "the Primary without a second copy tells 191, and why" wait_until "it" 60 told disk-vm1_monitor_ "$at" 191 'peer .* is not connected'
ok "the Secondary tells 190" wait_until "it" 60 told disk-vm1_monitor_ "$peer" 190 'is not connected'
is "no failure is counted" "$(counted)" ""
ok "the guest is where it was" is_on vm1 "$at"
ok "the Secondary is not offered for promotion any more" wait_until "its score to go" 60 no offered "$peer"
on "$peer" 'drbdadm connect r0'
wait_until "r0 to be redundant" 60 redundant r0
ok "but is, once it is in sync again: no notification is needed for that" wait_until "its score" 60 offered "$peer"

# --- the guest: paused by its user, and not by Ferry
on "$at" 'virsh -q suspend vm1'
ok "a guest that its user has paused tells 190, and how to let it go on" \
	wait_until "it" 60 told vm1_monitor_ "$at" 190 'paused by its user; to let it go on: virsh resume vm1'
is "no failure is counted for that either" "$(counted)" ""
is "it is still paused" "$(on "$at" 'virsh domstate vm1' | head -n 1)" paused
on node3 "crm resource migrate vm1 $peer" >/dev/null 2>&1
ok "it can be moved" wait_until "vm1 on $peer" 180 is_on gate-vm1 "$peer"
cluster_idle 120
ok "and waits for its user there too" wait_until "it" 60 told vm1_monitor_ "$peer" 190 'paused by its user'
is "paused, as it was" "$(on "$peer" 'virsh domstate vm1' | head -n 1)" paused
on "$peer" 'virsh -q resume vm1'
ok "let go on, it does" witness_ticks r0 10
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"

is "nothing has failed" "$(failures)" ""
on node3 'crm_resource -C' >/dev/null 2>&1
cluster_idle 120
none_degraded() { [ -z "$(degraded)" ]; }
ok "a clean-up takes the entries away" wait_until "none of them" 60 none_degraded
crm_load "$FERRY_LAB_DIR/vm1.crm"
cluster_idle 120
ok "healthy" wait_until "a healthy cluster" 60 healthy
test_end
