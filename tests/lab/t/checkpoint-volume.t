# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# wants: faults
# Checkpoints on a volume of the guest's own DRBD resource: memory and disk are promoted together, on either node, also when the
# one that saved them is lost.

. "${FERRY_LAB:?}/lib.sh"
test_begin checkpoint-volume

there() { is_on vm3 "$1" && is_on gate-vm3 "$1" && promoted_on c-disk-vm3 "$1"; }
well() { there "$1" && redundant r2; }
go() { on node3 "crm resource start vm3" >/dev/null 2>&1; }
stopped() { on node3 "crm resource stop vm3" >/dev/null 2>&1; cluster_idle 240; is_on vm3 ""; }
up_on() { wait_until "vm3 on $1" 240 well "$1" && cluster_idle 120; }
went_on() { witness_ticks r2 20 120; witness_since r2 "$1"; }

guest_prepare vm3 r2
volume_clear r2 1
witness_watch r2
ferry_config vm3 r2 | sed 's|stop_mode=destroy|stop_mode=checkpoint checkpoint_store=volume:r2/1|' >"$FERRY_LAB_DIR/vm3.crm"
crm_load "$FERRY_LAB_DIR/vm3.crm"
ok "a guest with a volume for checkpoints boots" wait_until "the guest vm3 to run" 180 test -s "$FERRY_LAB_DIR/witness.r2"
cluster_idle 120
at=$(where vm3)
to=$(other "$at")
ok "and is well" up_on "$at"

since=$(now_ms)
on -t 300 node3 "crm resource restart vm3" >/dev/null 2>&1
cluster_idle 240
ok "crm resource restart: it is back" up_on "$at"
ok "with its memory: $(went_on "$since")" went_on "$since"
ok "restored at the gate, in place of the reservation" stepped "$since" "$at ferry-gate open restored"

# --- both nodes in standby, one after the other: moved live, then saved. The first one's disk is too old to come back alone.
since=$(now_ms)
on node3 "crm node standby $at" >/dev/null 2>&1
ok "standby of $at: it is moved, live" wait_until "vm3 on $to" 240 there "$to"
cluster_idle 120
on node3 "crm node standby $to" >/dev/null 2>&1
cluster_idle 240
ok "standby of $to too: it is stopped" is_on vm3 ""
on node3 "crm node online $at; crm node online $to" >/dev/null 2>&1
either() { well "$at" || well "$to"; }
ok "both come back, and the guest with them" wait_until "vm3 somewhere" 240 either
cluster_idle 120
ok "with its memory: $(went_on "$since")" went_on "$since"
at=$(where vm3)
to=$(other "$at")

# --- the node that saved it loses its power right after the stop
since=$(now_ms)
ok "stopped" stopped
lose_power "$at"
go
ok "$at has lost its power: the guest wakes on $to" wait_until "vm3 on $to" 240 there "$to"
cluster_idle 180
ok "with its memory: $(went_on "$since")" went_on "$since"
rejoin "$at"
ok "$at joins again" up_on "$to"

# --- a crash of the active node: its memory is lost, and an older one does not come in its place
nonce=$(witness_now r2 | cut -d' ' -f1)
lose_power "$to"
ok "$to dies while the guest runs: it boots anew on $at" wait_until "another boot" 240 booted_anew r2 "$nonce"
cluster_idle 180
rejoin "$to"
ok "all is well" up_on "$at"

# --- saving and waking, killed between two steps; by the helpers, with the cluster looking away
look_away
vm="--config /etc/ferry/vm3.xml --gate r2 --node $at --transport tcp --store volume:r2/1 --timeout 120000"
gate="--drbd-resource r2 --domain vm3 --node $at --timeout 120000"
off() { [ "$(on "$at" 'pgrep -cf "guest=vm3,"')" = 0 ]; }
wake() { on -t 200 "$at" "ferry-vm start $vm && ferry-gate open $gate"; }
for point in checkpoint-begin checkpoint-stored checkpoint-written; do
	since=$(now_ms)
	inject "$at" ferry-vm "$point"
	on -t 200 "$at" "ferry-vm checkpoint save $vm" >/dev/null 2>&1
	ok "saving, killed at $point" injected "$at" ferry-vm "$point"
	ok "the guest is still there, or again" wait_until "it" 120 on "$at" 'virsh -q domstate vm3 | grep -qE "paused|running"'
	ok "a start lets it go on" wait_until "it" 120 on -t 100 "$at" "ferry-vm start $vm"
	ok "with its memory: $(went_on "$since")" went_on "$since"
	inject "$at" ferry-vm "$point"
	on -t 200 "$at" "ferry-vm checkpoint save $vm" >/dev/null 2>&1
	ok "killed there again, and the stop repeated: it is saved" wait_until "it" 120 on -t 100 "$at" "ferry-vm checkpoint save $vm"
	ok "and gone" off
	on "$at" "ferry-gate close $gate"
	ok "and wakes" wake
	ok "with its memory: $(went_on "$since")" went_on "$since"
done
for point in restore-begin restored claim-marked stamp-advanced resumed; do
	on -t 200 "$at" "ferry-vm checkpoint save $vm && ferry-gate close $gate"
	since=$(now_ms)
	on -t 200 "$at" "ferry-vm start $vm"
	inject "$at" ferry-gate "$point"
	on -t 200 "$at" "ferry-gate open $gate" >/dev/null 2>&1
	ok "waking, killed at $point" injected "$at" ferry-gate "$point"
	wait_until "libvirt to have settled" 120 on "$at" 'virsh -q domstate vm3 2>/dev/null | grep -vq "in shutdown"; true'
	on -t 200 "$at" "ferry-gate close $gate" >/dev/null 2>&1
	ok "repeated" wait_until "it to run" 200 wake
	ok "its memory went on: $(went_on "$since")" went_on "$since"
done
# cleaned while it looks away: what is being probed anew counts as stopped, and the guest would be moved for it
on node3 'crm_resource -C' >/dev/null 2>&1
cluster_idle 60
on node3 'crm_attribute -n maintenance-mode -D' >/dev/null
cluster_idle 120
ok "the cluster finds it well" wait_until "vm3 somewhere" 240 either
is "nothing has failed" "$(failures)" ""
ok "$(never_two_primaries r2 "$began")" never_two_primaries r2 "$began"
ok "both replicas of both volumes are identical" replicas_identical r2 vm3
on node3 "crm_resource -r vm3 -p stop_mode -v destroy" >/dev/null && cluster_idle 60
ok "vm3 can be taken away" linux_gone vm3 r2
volume_clear r2 1
witness_unwatch
witness_watch r0
rm -f "$FERRY_LAB_DIR/vm3.crm"
test_end
