# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# wants: faults
# shellcheck shell=sh disable=SC1091,SC2016,SC2154
# The second shape (doc/examples/dual-primary.crm), a second guest on r1: two Primaries during a move, and at no other time,
# by what DRBD itself tells. Moves, evacuation, and failures in the window: the permission is gone afterwards on both nodes.

. "${FERRY_LAB:?}/lib.sh"
test_begin dual

VM=vm2
RES=r1
moves=
# the move that began at $since is over
over() { moves="$moves $since-$(now_ms)${1:-}"; }
# place NODE: its place is moved there, and there it runs and is settled
place() {
	since=$(now_ms)
	on node3 "crm resource migrate at-$VM $1" >/dev/null 2>&1
	arrived "$1"
}
arrived() {
	wait_until "$VM settled on $1" 240 settled $VM $RES "$1" && cluster_idle 120
	over "${2:-}"
}
# also where the resource is stopped
allowed_nowhere() {
	for node in $DATA_NODES; do
		[ "$(on "$node" "drbdsetup show --show-defaults $RES 2>/dev/null | grep -c 'allow-two-primaries.*yes;'")" = 0 ] || return 1
	done
}
agent() { # NODE ACTION VARIABLE=VALUE...
	agent_node=$1 agent_action=$2
	shift 2
	on -t 90 "$agent_node" "env OCF_ROOT=/usr/lib/ocf OCF_RESKEY_drbd_resource=$RES OCF_RESKEY_CRM_meta_timeout=60000 \
		OCF_RESKEY_CRM_meta_interval=10000 $* /usr/lib/ocf/resource.d/ferry/drbd $agent_action" 2>&1
}
announce() { # NODE PARAMETER...: a promotion of the other node is announced to the agent there
	announce_node=$1
	shift
	agent "$announce_node" notify OCF_RESKEY_CRM_meta_notify_type=pre OCF_RESKEY_CRM_meta_notify_operation=promote \
		"OCF_RESKEY_CRM_meta_notify_promote_uname=$(other "$announce_node")" "$@"
}

ok "the guest comes up" dual_up $VM $RES
at=$(where $VM)
ok "one Primary, and no second one allowed" wait_until "$VM settled on $at" 120 settled $VM $RES "$at"
cluster_idle 120

# --- who may ask for it ---
announce "$at" >/dev/null
ok "dual_primary is never by default: nothing is allowed" allowed_nowhere
ok "a bad value is refused, by name" sh -c 'case $1 in *ocf-exit-reason:*dual_primary*during_move*) ;; *) echo "$1"; false ;; esac' - \
	"$(announce "$at" OCF_RESKEY_dual_primary=sometimes)"
ok "and nothing is allowed" allowed_nowhere
refused=$(on -t 60 "$at" "ferry-vm migrate-to --config /etc/ferry/$VM.xml --transport tcp --target $(other "$at")" 2>&1)
ok "the guest is not sent to a node that is not Primary" sh -c 'case $1 in *"between two Primaries only"*) ;; *) echo "$1"; false ;; esac' - "$refused"

# --- moves ---
begun=$(now_ms)
to=$(other "$at")
place "$to"
ok "moved to $to: one Primary, no second one allowed" settled $VM $RES "$to"
witness_ticks $RES 5
ok "live: $(witness_since $RES "$begun")" witness_since $RES "$begun"
for node in $DATA_NODES; do
	ok "$node tells how long two Primaries were allowed" stepped "$begun" "$node ferry-drbd .* two-primaries-cleared $RES after [0-9]+ ms"
done
place "$at"
ok "and back to $at" settled $VM $RES "$at"
on node3 "crm resource clear at-$VM" >/dev/null 2>&1

since=$(now_ms)
on node3 "crm node attribute $at set evacuate 1" >/dev/null 2>&1
arrived "$to"
on node3 "crm node standby $at" >/dev/null 2>&1
cluster_idle 180
ok "evacuated from $at, which is in standby" is_on $VM "$to"
on node3 "crm node online $at; crm node attribute $at delete evacuate" >/dev/null 2>&1
ok "and is back: in sync, no second Primary allowed" wait_until "$VM settled on $to" 180 settled $VM $RES "$to"
cluster_idle 180
witness_ticks $RES 5
ok "live, all of it: $(witness_since $RES "$begun")" witness_since $RES "$begun"

# --- left behind: a move that was given up after the permission, nothing else is planned ---
at=$to
to=$(other "$at")
for node in $DATA_NODES; do
	announce "$node" OCF_RESKEY_dual_primary=during_move >/dev/null
	ok "a permission that $node was asked for is there, or gone again by a monitor" wait_until "the permission to go" 60 allowed_nowhere
done
ok "it was given" stepped "$begun" "ferry-drbd notify two-primaries-allowed"

# --- killed after the permission, and in the promotion ---
since=$(now_ms)
inject "$at" ferry-drbd two-primaries-allowed
inject "$to" ferry-drbd promoted
on node3 "crm resource migrate at-$VM $to" >/dev/null 2>&1
ok "the notification was killed on $at" wait_until "the kill" 120 injected "$at" ferry-drbd two-primaries-allowed
ok "the promotion was killed on $to" wait_until "the kill" 120 injected "$to" ferry-drbd promoted
cluster_idle 240
ok "no second Primary is allowed" wait_until "the permission to go" 60 allowed_nowhere
over "?"
is "the guest has stayed" "$(where $VM)" "$at"
witness_ticks $RES 5
ok "with its memory: $(witness_since $RES "$begun")" witness_since $RES "$begun"
since=$(now_ms)
on node3 "crm resource cleanup c-disk-$VM" >/dev/null 2>&1
arrived "$to"
ok "after a cleanup it goes where its place is" settled $VM $RES "$to"
witness_ticks $RES 5
ok "live: $(witness_since $RES "$begun")" witness_since $RES "$begun"

# --- the target dies in the window ---
since=$(now_ms)
inject "$to" ferry-vm checked hang
on node3 "crm resource migrate at-$VM $at" >/dev/null 2>&1
ok "the window is open as $at dies" wait_until "the window" 120 injected "$to" ferry-vm checked
kill_node "$at"
ok "the permission goes with the peer" wait_until "the permission to go" 120 no allows "$to" $RES
# what the test has stopped goes on: the migration that has lost its target fails
on "$to" 'pkill -KILL -f "ferry-vm [m]igrate-to"'
node_is_on "$at" || boot_node "$at"
wait_cluster_online
witness_ticks $RES 5
is "the guest is where it was" "$(where $VM)" "$to"
ok "with its memory: $(witness_since $RES "$begun")" witness_since $RES "$begun"

# Pacemaker was told that the migration failed, and keeps its hands off the guest until somebody lets it look again.
on node3 "crm resource clear at-$VM; crm resource refresh $VM" >/dev/null 2>&1
at_its_place() { settled $VM $RES "$(where at-$VM)"; }
ok "with its peer back the guest is looked after again" wait_until "$VM settled" 240 at_its_place
cluster_idle 120
over "?"
witness_ticks $RES 5
ok "and has kept its memory: $(witness_since $RES "$begun")" witness_since $RES "$begun"

ok "$VM is taken away again" dual_gone $VM $RES
# shellcheck disable=SC2086 # words
ok "$(two_primaries_only_in $RES $moves)" two_primaries_only_in $RES $moves
test_end
