# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# A guest without a gate on a disk that both nodes reach: taken over from ocf:heartbeat:VirtualDomain while it runs, moved live,
# never started twice, started anew where its node has died.

. "${FERRY_LAB:?}/lib.sh"
test_begin shared

there() { wait_until "vm3 on $1" 180 is_on vm3 "$1" && cluster_idle 180; }
# runs NODE...: QEMU of vm3 is on these nodes and no other
runs() { [ "$(for n in $DATA_NODES; do on "$n" 'pgrep -f "guest=vm[3]," >/dev/null' && echo "$n"; done | paste -sd' ')" = "$*" ]; }
by_hand() { # NODE VERB...: as the agent would call it
	by_node=$1
	shift
	on -t 120 "$by_node" "ferry-vm $* --config /etc/ferry/vm3.xml --transport tcp --node $by_node 2>&1"
}

# --- taken over from VirtualDomain, as README tells, without a stop
shared_up vm3
cat >"$FERRY_LAB_DIR/vm3.old" <<-END
	primitive vm3 ocf:heartbeat:VirtualDomain \\
		params config="/etc/ferry/vm3.xml" hypervisor="qemu:///system" migration_transport=tcp force_stop=true \\
		meta allow-migrate=true resource-stickiness=1000 \\
		op start interval=0 timeout=120s op stop interval=0 timeout=120s op monitor interval=10s timeout=60s
	location vm3-not-node3 vm3 -inf: node3
END
crm_load "$FERRY_LAB_DIR/vm3.old"
wait_until "vm3 to run under VirtualDomain" 120 test -s "$FERRY_LAB_DIR/witness.vm3"
cluster_idle 120
at=$(where vm3)
since=$(now_ms)
on node3 'crm configure property maintenance-mode=true' >/dev/null 2>&1
on node3 'crm configure delete vm3' >/dev/null 2>&1
on node3 'crm_resource --refresh --force --resource vm3' >/dev/null 2>&1
cluster_idle 120
shared_config vm3 >"$FERRY_LAB_DIR/vm3.crm"
ok "the new primitive loads" crm_load "$FERRY_LAB_DIR/vm3.crm"
ok "its probe finds the guest that runs" wait_until "vm3 on $at" 120 is_on vm3 "$at"
on node3 'crm configure property maintenance-mode=false' >/dev/null 2>&1
cluster_idle 120
witness_ticks vm3 10
ok "it is Ferry's now, on $at" is_on vm3 "$at"
ok "and was not stopped: $(witness_since vm3 "$since")" witness_since vm3 "$since"
is "nothing has failed" "$(failures)" ""

# --- moved live, there and back, and by standby
for round in there back; do
	to=$(other "$(where vm3)")
	since=$(now_ms)
	on node3 "crm resource migrate vm3 $to" >/dev/null 2>&1
	ok "moved $round, to $to" there "$to"
	witness_ticks vm3 5
	ok "live: $(witness_since vm3 "$since")" witness_since vm3 "$since"
	ok "it runs there and nowhere else" runs "$to"
done
on node3 'crm resource clear vm3' >/dev/null 2>&1
cluster_idle 120
at=$(where vm3)
to=$(other "$at")
since=$(now_ms)
on node3 "crm node standby $at" >/dev/null 2>&1
ok "standby of $at" there "$to"
witness_ticks vm3 5
ok "live: $(witness_since vm3 "$since")" witness_since vm3 "$since"
on node3 "crm node online $at" >/dev/null 2>&1
wait_until "a healthy cluster" 180 healthy
cluster_idle 120
is "it stays on $to" "$(where vm3)" "$to"
is "nothing has failed" "$(failures)" ""

# --- never twice
at=$(where vm3)
peer=$(other "$at")
since=$(now_ms)
ok "a start on $peer is refused, and says where the guest is" \
	sh -c "printf '%s' \"\$1\" | grep -q 'running on $at: it is not started a second time'" - "$(by_hand "$peer" start --peers "'node1 node2'")"
ok "and that of a node that is not in peers" \
	sh -c "printf '%s' \"\$1\" | grep -q 'does not name this node'" - "$(by_hand "$peer" start --peers "$at")"
libvirtd=$(on "$at" 'pgrep -o libvirtd')
on "$at" "kill -STOP $libvirtd"
ok "a node that is online and silent stops the start" \
	sh -c "printf '%s' \"\$1\" | grep -q 'node $at is online but does not tell'" - "$(by_hand "$peer" start --peers "'node1 node2'" --timeout 20000)"
on "$at" "kill -CONT $libvirtd"
ok "it runs on $at and nowhere else" runs "$at"

# --- a move that fails leaves it where it is, and can be repeated once the reason is gone
libvirtd=$(on "$peer" 'pgrep -o libvirtd')
on "$peer" "kill -TERM $libvirtd"
wait_until "libvirtd on $peer to end" 60 no on "$peer" "kill -0 $libvirtd"
on node3 "crm resource migrate vm3 $peer" >/dev/null 2>&1
failed_move() { failures | grep -q 'op_key="vm3_migrate_to_0"'; }
ok "a target without libvirtd makes migrate_to fail" wait_until "it" 180 failed_move
witness_ticks vm3 5
ok "the guest runs on: $(witness_since vm3 "$since")" witness_since vm3 "$since"
ok "on $at" runs "$at"
on "$peer" 'setsid libvirtd --listen </dev/null >>/var/log/libvirtd.out 2>&1 & sleep 0'
wait_until "libvirtd on $peer" 60 on "$peer" 'virsh -c qemu:///system list >/dev/null 2>&1'
on node3 'crm resource clear vm3; crm resource refresh vm3' >/dev/null 2>&1
cluster_idle 120
ok "clear and refresh: it is where it was" wait_until "vm3 on $at" 120 is_on vm3 "$at"
on node3 "crm resource migrate vm3 $peer" >/dev/null 2>&1
ok "and the move works now" there "$peer"
witness_ticks vm3 5
ok "live: $(witness_since vm3 "$since")" witness_since vm3 "$since"
on node3 'crm resource clear vm3' >/dev/null 2>&1
cluster_idle 120

# --- the node dies
at=$(where vm3)
to=$(other "$at")
nonce=$(witness_now vm3 | cut -d' ' -f1)
lose_power "$at"
ok "$at dies: the guest is started on $to" wait_until "vm3 to boot on $to" 180 booted_anew vm3 "$nonce"
ok "after the fence" grep -q "off $at" "$FERRY_LAB_DIR/power.log"
cluster_idle 180
is "the cluster says so too" "$(where vm3)" "$to"
rejoin "$at"

on node3 'crm resource stop vm3' >/dev/null 2>&1
ok "stopped, it is nowhere" wait_until "vm3 to be off" 120 runs ""
cluster_idle 120
on node3 'crm configure delete vm3' >/dev/null 2>&1
ok "the lab is as it was" lab_reset
test_end
