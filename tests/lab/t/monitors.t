# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# Monitors every second: quiet over moves and while libvirtd hangs; each real failure is told by the resource that has it,
# and mended without losing the guest's memory where there is one to lose.

. "${FERRY_LAB:?}/lib.sh"
test_begin monitors

ferry_config vm1 r0 1 >"$FERRY_LAB_DIR/fast.crm"
crm_load "$FERRY_LAB_DIR/fast.crm"
cluster_idle 120

failed() { failures | grep -q "resource=\"$1\|op_key=\"$1"; }
# results NODE: what the recurring monitors of this guest have told there since BEGAN, without what was cancelled
results() {
	on "$1" "cat /var/log/pacemaker/pacemaker.log" | awk -v since="$(date -d "@$((began / 1000))" '+%H:%M:%S')" '
		$3 >= since && /Result of (recurring )?monitor operation for (disk-vm1|gate-vm1|vm1) / && /_monitor_[12]000/ {
			sub(/.*operation for /, ""); sub(/ \|.*/, ""); sub(/ on [^:]*/, ""); sub(/:[0-9]+:/, ":"); print }' |
		grep -v Cancelled | sort | uniq -c
}

# --- quiet
since=$(now_ms)
for i in 1 2; do ok "move $i with monitors every second" move_to "$(other "$(where vm1)")"; done
at=$(where vm1)
for node in $DATA_NODES; do
	said=$(results "$node")
	ok "$node: the monitors of all three ran" test "$(echo "$said" | grep -cE ' (disk-vm1|gate-vm1|vm1): (ok|promoted)')" -ge 3
	is "$node: and told nothing else" "$(echo "$said" | grep -vE ': (ok|promoted)$')" ""
done
libvirtd=$(on "$at" 'pgrep -o libvirtd')
on "$at" "kill -STOP $libvirtd"
witness_ticks r0 180
ok "a libvirtd that hangs is no reason to touch a healthy guest" no failed vm1
on "$at" "kill -CONT $libvirtd"
ok "all of it live: $(witness_since r0 "$since")" witness_since r0 "$since"

# --- the gate
since=$(now_ms)
on "$at" 'dmsetup table ferry-r0-0 >/tmp/table && read -r start length rest </tmp/table &&
	dmsetup suspend ferry-r0-0 && dmsetup load ferry-r0-0 --table "$start $length error" && dmsetup resume ferry-r0-0'
ok "a gate that was shut by hand is a failure of the gate" wait_until "the failure" 60 failed gate-vm1
is "not of the guest" "$(failed vm1 && echo failed)" ""
wait_until "the gate to be open again" 60 on "$at" 'dmsetup table ferry-r0-0 | grep -q linear'
ok "it is opened again and the guest goes on" witness_ticks r0 20
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
tidy
ok "clean afterwards" wait_until "a healthy cluster" 60 healthy

# --- the guest: its QEMU dies, and the memory with it; the disk is consistent
since=$(now_ms)
nonce=$(witness_now r0 | cut -d' ' -f1)
on "$at" 'kill -9 $(pgrep -f "guest=vm1,")'
ok "a QEMU that died is a failure of the guest" wait_until "the failure" 60 failed vm1
ok "it is booted again" wait_until "another boot" 120 booted_anew r0 "$nonce"
is "where it was" "$(where vm1)" "$at"
tidy
ok "clean afterwards" wait_until "a healthy cluster" 60 healthy

# --- the disk of the Secondary
since=$(now_ms)
peer=$(other "$at")
on "$peer" 'drbdadm down r0'
ok "a replica that was taken down is a failure of its disk" wait_until "the failure" 60 failed disk-vm1
cluster_idle 120
ok "the guest does not mind: $(witness_ticks r0 20; witness_since r0 "$since")" witness_since r0 "$since"
tidy
ok "clean-up brings the replica back" wait_until "a healthy cluster" 120 healthy

# --- the disk of the Primary: DRBD goes on with the peer's
since=$(now_ms)
on "$at" 'drbdadm detach --force r0'
ok "a disk that fell off the Primary is a failure of its disk" wait_until "the failure" 60 failed disk-vm1
ok "the guest leaves for the node whose disk is good" wait_until "vm1 on $peer" 180 is_on vm1 "$peer"
ok "behind its gate" wait_until "gate-vm1 on $peer" 120 is_on gate-vm1 "$peer"
witness_ticks r0 10
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
tidy
ok "clean-up brings the disk back" wait_until "a healthy cluster" 120 healthy
ok "and the way back works" move_to "$at"

crm_load "$FERRY_LAB_DIR/vm1.crm"
cluster_idle 120
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
