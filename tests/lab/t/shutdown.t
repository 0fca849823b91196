# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# The whole cluster is shut down in order and started again; then once more with one data node staying off.

. "${FERRY_LAB:?}/lib.sh"
test_begin shutdown

# shut_down: every node's daemons at once, as an administrator would, then the power
shut_down() {
	on node3 'crm_attribute -n stop-all-resources -v true' && cluster_idle 180 || return 1
	for node in $NODES; do on -t 320 "$node" "$FERRY_LAB/node/cluster stop" & done
	wait
	for node in $NODES; do on "$node" 'pgrep -x pacemakerd' && return 1; done
	for node in $NODES; do on "$node" sync && kill_node "$node"; done
}
all_stopped() { for node in $DATA_NODES; do no on "$node" 'pgrep -f guest=vm1,' || return 1; done; }

nonce=$(witness_now r0 | cut -d' ' -f1)
bytes=$(on "$(where vm1)" 'blockdev --getsize64 /dev/drbd0') # without DRBD's own meta-data, which differs
on node3 'crm_attribute -n stop-all-resources -v true'
cluster_idle 180
ok "an ordered stop ends the guest on both nodes" all_stopped
is "without a failure" "$(failures)" ""
for node in $DATA_NODES; do
	is "$node: no gate is left" "$(on "$node" 'dmsetup ls | grep -c ferry')" 0
	ok "$node: DRBD is down" on "$node" '! grep -q "cs:" /proc/drbd'
done
ok "both replicas are the same" cmp -n "${bytes:-x}" "$FERRY_LAB_DIR/nodes/node1/r0.img" "$FERRY_LAB_DIR/nodes/node2/r0.img"
ok "every node's cluster stops" shut_down

for node in $NODES; do boot_node "$node"; done
ok "all three come back" wait_cluster_online
on node3 'crm_attribute -n stop-all-resources -D' >/dev/null
ok "the guest boots from its disk" wait_until "another boot" 180 booted_anew r0 "$nonce"
ok "all is healthy" wait_until "a healthy cluster" 120 healthy
since=$(now_ms)
witness_ticks r0 20
ok "one guest, one memory: $(witness_since r0 "$since")" witness_since r0 "$since"

# --- the node that had it stays away: the other's disk is Consistent, and nobody knows whether it is the newest
at=$(where vm1)
to=$(other "$at")
nonce=$(witness_now r0 | cut -d' ' -f1)
ok "every node's cluster stops again" shut_down
autostart "$at" off
boot_node "$to"
boot_node node3
ok "two nodes are a quorum" wait_until "two nodes online" 180 online "$to" node3
on node3 'crm_attribute -n stop-all-resources -D' >/dev/null
cluster_idle 180
ok "the disk is up on $to" is_on c-disk-vm1 "$to"
is "and not promoted" "$(on "$to" 'drbdadm role r0')" Secondary/Unknown
is "nor is the guest booted" "$(where vm1)" ""
is "without a failure that somebody would have to clean up" "$(failures)" ""
# $at is lost, says the administrator, at the terminal that the handler wants
ok "the manual's cure is taken" on "$to" 'script -qec "DRBD_RESOURCE=r0 /usr/lib/drbd/crm-fence-peer.sh --unreachable-peer-is-outdated" /dev/null;
	drbdadm primary r0 && drbdadm secondary r0'
ok "and boots it" wait_until "another boot" 120 booted_anew r0 "$nonce"
is "on $to" "$(where vm1)" "$to"
since=$(now_ms)
witness_ticks r0 20
ok "one guest, one memory: $(witness_since r0 "$since")" witness_since r0 "$since"
autostart "$at" on
node_is_on "$at" || boot_node "$at"
on "$at" "$FERRY_LAB/node/cluster start"
wait_cluster_online
ok "$at joins later and is brought up to date" wait_until "a healthy cluster" 180 healthy
is "the guest has stayed" "$(where vm1)" "$to"
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
since=$(now_ms)
ok "and the next move works" move_to "$at"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
