# SPDX-License-Identifier: GPL-2.0-or-later
# A defined domain with two disks on the two volumes of one resource: it moves live, its definition with it; a managed save
# of it is never restored; and it fails over. The witness ticks on both disks.

. "${FERRY_LAB:?}/lib.sh"
test_begin volumes

well() { is_on vm3 "$1" && is_on gate-vm3 "$1" && promoted_on c-disk-vm3 "$1" && redundant r2; }
# where the cluster has put it in the meantime: a node that comes back before the other's promotion may be chosen instead
well_somewhere() { now=$(where vm3) && [ -n "$now" ] && well "$now"; }
persistent() { on "$1" 'virsh dominfo vm3' | grep -q '^Persistent:  *yes'; }
both_went_on() { witness_since r2 "$1" && witness_since r2v1 "$1"; }
both_anew() { booted_anew r2 "$nonce" && booted_anew r2v1 "$nonce"; }
both_tick() { witness_ticks r2 "$1" 120 && witness_ticks r2v1 "$1"; }
# to NODE: by the stock command
to() {
	on node3 "crm resource migrate vm3 $1" >/dev/null 2>&1
	wait_until "vm3 on $1" 240 is_on vm3 "$1" && cluster_idle 180 && wait_until "all of vm3" 60 well "$1"
}

guest_prepare vm3 r2
for node in $DATA_NODES; do
	# the BIOS shows only disks that have a place in the boot order
	guest_xml vm3 r2 | awk '/<boot dev/ { next } /<disk / { copy = "" }
		{ sub("<target dev=.vda. bus=.virtio./>", "&<boot order=\"1\"/>"); copy = copy $0 "\n"; print }
		/<\/disk>/ { sub("ferry-r2-0", "ferry-r2-1", copy); sub("vda", "vdb", copy); sub("order=\"1\"", "order=\"2\"", copy)
			printf "%s", copy }' |
		on -i "$node" 'rm -f /etc/ferry/vm3.xml; virsh -q define /dev/stdin && sync'
done
witness_watch r2
witness_watch r2v1
ferry_config vm3 r2 | sed 's|config="/etc/ferry/vm3.xml"|domain=vm3|' >"$FERRY_LAB_DIR/vm3.crm"
crm_load "$FERRY_LAB_DIR/vm3.crm"
ok "a defined guest with two disks boots" wait_until "the guest vm3 to run" 180 test -s "$FERRY_LAB_DIR/witness.r2v1"
ok "both disks work" both_tick 5
cluster_idle 120

at=$(where vm3)
b=$(other "$at")
on "$b" 'virsh -q undefine vm3'
since=$(now_ms)
ok "it moves to $b, which has lost its definition" to "$b"
ok "both disks work" both_tick 5
ok "live, both disks: $(both_went_on "$since" | paste -sd' ')" both_went_on "$since"
ok "and is defined there again" persistent "$b"
ok "as it is still on $at" persistent "$at"
since=$(now_ms)
ok "it moves back to $at" to "$at"
both_tick 5
ok "live, both disks: $(both_went_on "$since" | paste -sd' ')" both_went_on "$since"
on node3 "crm resource clear vm3" >/dev/null 2>&1
cluster_idle 60

vm="--domain vm3 --gate r2 --node $at --transport tcp --timeout 180000"
look_away
nonce=$(witness_now r2 | cut -d' ' -f1)
# refused VERB WORDS
refused() {
	said=$(on -t 240 "$at" "ferry-vm $1 $vm ${3:-}" 2>&1) && { echo "it was done"; return 1; }
	printf '%s\n' "$said"
	printf '%s\n' "$said" | grep -q "^ocf-exit-reason:.*$2"
}
ok "somebody saves it by virsh managedsave" on -t 240 "$at" 'virsh -q managedsave vm3'
ok "validate tells of it" refused validate "has a managed save" "--level 10"
on "$at" 'virsh -q autostart vm3'
ok "while it is set to autostart it is not started" refused start "virsh autostart --disable vm3"
on "$at" 'virsh -q autostart --disable vm3'
ok "it is started" on -t 240 "$at" "ferry-vm start $vm"
ok "not from the managed save" wait_until "another boot" 60 both_anew
ok "which is set aside" on "$at" 'test -s /var/lib/libvirt/qemu/save/vm3.save.set-aside-*'
ok "and no longer where libvirt would find it" on "$at" 'test ! -e /var/lib/libvirt/qemu/save/vm3.save && virsh dominfo vm3 | grep -q "^Managed save:  *no"'
since=$(now_ms)
both_tick 5
ok "disks and memory belong together: $(both_went_on "$since" | paste -sd' ')" both_went_on "$since"
on "$at" 'rm -f /var/lib/libvirt/qemu/save/vm3.save.set-aside-*'
on node3 'crm_attribute -n maintenance-mode -D; crm_resource -C' >/dev/null 2>&1
cluster_idle 60
ok "the cluster finds it well" wait_until "all of vm3" 60 well "$at"

nonce=$(witness_now r2 | cut -d' ' -f1)
kill_node "$at"
ok "$at is killed: it boots anew" wait_until "another boot" 180 both_anew
since=$(now_ms)
ok "both disks work" both_tick 10
ok "with what belongs to them: $(both_went_on "$since" | paste -sd' ')" both_went_on "$since"
# Fencing's reboot finds it off already, and switches it on again: it rejoins by itself.
cluster_idle 180
wait_cluster_online
ok "both replicas come together again" wait_until "all of vm3" 180 well_somewhere
cluster_idle 120
ok "$(never_two_primaries r2)" never_two_primaries r2
ok "both replicas of both volumes are identical" replicas_identical r2 vm3
on node3 "crm resource clear vm3" >/dev/null 2>&1
ok "vm3 can be taken away" linux_gone vm3 r2
for node in $DATA_NODES; do on "$node" 'virsh -q undefine vm3; sync'; done
rm -f "$FERRY_LAB_DIR/vm3.crm"
witness_unwatch
witness_watch r0
test_end
