# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# shellcheck shell=sh disable=SC1091,SC2016,SC2154 # commands for nodes are quoted here, expanded there
# Plain DRBD, active-passive: no gate, no live migration. The memory is saved on a second volume of the disk's own resource, and
# comes along with the promotion; also when the node that saved it has lost its power.

. "${FERRY_LAB:?}/lib.sh"
test_begin active-passive

well() { is_on vm4 "$1" && promoted_on c-disk-vm4 "$1" && redundant r2; }
# stored NODE: how many checkpoints of it the volume has, as the Primary reads it
stored() {
	on "$1" 'ferry-vm checkpoint list --store volume:r2/1 >/run/vm4.list 2>&1 || { cat /run/vm4.list; exit 1; }
		grep -c " vm4 epoch " /run/vm4.list; true'
}
stores() { [ "$(stored "$1")" = "$2" ]; }
went_on() { witness_ticks r2 10 120 && witness_since r2 "$1"; }
# to NODE: by the stock command
to() {
	on node3 "crm resource migrate vm4 $1" >/dev/null 2>&1
	wait_until "vm4 on $1" 240 is_on vm4 "$1" && cluster_idle 180 && wait_until "all of vm4" 60 well "$1"
}
returns() { rejoin "$1" && wait_until "all of vm4" 180 well "$2" && cluster_idle 120; }

guest_prepare vm4 r2
ok "its second volume is empty" volume_clear r2 1
for node in $DATA_NODES; do
	guest_xml vm4 r2 | sed 's,/dev/mapper/ferry-r2-0,/dev/drbd2,' | on -i "$node" 'cat >/etc/ferry/vm4.xml && sync'
done
witness_watch r2
sed 's/vm1/vm4/g; s/drbd_resource=r0/drbd_resource=r2/; s,volume:r0/,volume:r2/,' \
	"$FERRY_LAB/../../doc/examples/active-passive.crm" >"$FERRY_LAB_DIR/vm4.crm"
crm_load "$FERRY_LAB_DIR/vm4.crm"
ok "the guest boots from its DRBD device" wait_until "the guest vm4 to run" 180 test -s "$FERRY_LAB_DIR/witness.r2"
witness_ticks r2 5 120
cluster_idle 120

# --- moves: stop, demote, promote, start
at=$(where vm4)
b=$(other "$at")
since=$(now_ms)
ok "crm resource migrate brings it to $b" to "$b"
ok "its memory went on: $(went_on "$since")" witness_since r2 "$since"
ok "saved on $at" stepped "$since" "$at ferry-vm stop checkpoint-written vm4"
ok "restored on $b" stepped "$since" "$b ferry-vm start restored vm4"
is "the checkpoint has served" "$(stored "$b")" 0
on node3 "crm resource clear vm4" >/dev/null 2>&1
cluster_idle 120
ok "the cleared move leaves it there" well "$b"
since=$(now_ms)
ok "it moves back to $at" to "$at"
ok "with its memory: $(went_on "$since")" witness_since r2 "$since"
on node3 "crm resource clear vm4" >/dev/null 2>&1
cluster_idle 120
is "nothing has failed" "$(failures)" ""

# --- power loss right after the stop
since=$(now_ms)
on node3 "crm resource stop vm4" >/dev/null 2>&1
ok "stopped" wait_until "the stop to end" 240 stepped "$since" "$at ferry-vm stop stopped vm4"
lose_power "$at"
ok "$at, which saved it, has lost its power; $b is promoted" wait_until "the promotion" 240 promoted_on c-disk-vm4 "$b"
ok "the memory is there" wait_until "$b to be Primary and have it" 60 stores "$b" 1
on node3 "crm resource start vm4" >/dev/null 2>&1
ok "started" wait_until "vm4 on $b" 240 is_on vm4 "$b"
ok "its memory goes on: $(went_on "$since")" witness_since r2 "$since"
ok "$at returns, and the guest stays" returns "$at" "$b"

# --- a crash while it runs: what was saved once is no longer this disk's
nonce=$(witness_now r2 | cut -d' ' -f1)
since=$(now_ms)
lose_power "$b"
ok "$b is killed: it boots anew" wait_until "another boot" 240 booted_anew r2 "$nonce"
ok "on $at" wait_until "vm4 on $at" 60 is_on vm4 "$at"
ok "no checkpoint was touched for it" no stepped "$since" "ferry-vm start restore-begin vm4"
since=$(now_ms)
ok "its disk is the one it writes: $(went_on "$since")" witness_since r2 "$since"
ok "$b returns" returns "$b" "$at"
ok "$(never_two_primaries r2 "$began")" never_two_primaries r2 "$began"
ok "both replicas of both volumes are identical" replicas_identical r2 vm4
ok "vm4 can be taken away" linux_gone vm4 r2
ok "and its volume is emptied" volume_clear r2 1
rm -f "$FERRY_LAB_DIR/vm4.crm"
for node in $DATA_NODES; do on "$node" 'rm -f /etc/ferry/vm4.xml; sync'; done
on node3 'crm_resource -C' >/dev/null 2>&1
ok "all else is well" wait_until "a healthy cluster" 180 healthy
witness_unwatch
witness_watch r0
test_end
