# SPDX-License-Identifier: GPL-2.0-or-later
# resource-agents' own ocf-tester passes for each agent, on a node with real DRBD and libvirt, r1 and a guest of its own.
# shellcheck shell=sh disable=SC1091,SC2016 # commands for nodes are quoted here, expanded there

. "${FERRY_LAB:?}/lib.sh"
test_begin contract

# tester AGENT [PARAMETER=VALUE]...
tester() {
	t_agent=$1
	shift
	t_options="-o CRM_meta_timeout=200000"
	for v; do t_options="$t_options -o $v"; done
	on -t 300 node1 "ocf-tester -n try $t_options /usr/lib/ocf/resource.d/ferry/$t_agent"
}
guest_prepare try1 r1
for node in node1 node2; do
	on -t 90 $node 'ferry-drbd start --drbd-resource r1 --timeout 60000' >/dev/null 2>&1 &
	starting="${starting:-} $!"
done
# shellcheck disable=SC2086 # words
wait $starting
on -t 90 node1 'ferry-drbd stop --drbd-resource r1'
ok "ocf:ferry:drbd" tester drbd drbd_resource=r1
ok "start for the next" on -t 90 node1 'ferry-drbd start --drbd-resource r1 --timeout 60000 && ferry-drbd promote --drbd-resource r1'
ok "ocf:ferry:gate" tester gate drbd_resource=r1 domain=try1
ok "the gate is open for the next" on node1 'ferry-gate open --drbd-resource r1 --domain try1'
ok "ocf:ferry:vm, defined by its XML" tester vm config=/etc/ferry/try1.xml gate=r1 stop_mode=destroy migration_transport=tcp
on node1 'ferry-gate close --drbd-resource r1 --domain try1; ferry-drbd demote --drbd-resource r1'
for node in $DATA_NODES; do on -t 60 "$node" 'ferry-drbd stop --drbd-resource r1; rm -f /etc/ferry/try1.xml' >/dev/null 2>&1; done
test_end
