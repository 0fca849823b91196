# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# A guest with a real kernel and virtio, whose memory and disk check each other with every block, moves back and forth.
# It is suspended before each move, and resumed after it: QEMU 7.2 without KVM loses writes of a guest that runs while it
# is sent (README.md here), and that is not what is tested.

. "${FERRY_LAB:?}/lib.sh"
test_begin linux
before=$(now_ms)

linux_says() { for node in $DATA_NODES; do on "$node" "cat /var/log/vm2.console 2>/dev/null"; done; }
# a kernel that is not well says so
linux_well() { linux_says | grep -aq 'errors 0' && ! linux_says | tr -d '\r' | grep -aE 'panic|Oops|BUG:|Call Trace|Corrupt|I/O error'; }
well() { is_on vm2 "$1" && is_on gate-vm2 "$1" && promoted_on c-disk-vm2 "$1" && redundant r1; }

for node in $DATA_NODES; do on "$node" 'rm -f /var/log/vm2.console'; done
ok "a Linux guest, vm2, boots on r1" linux_up vm2 r1
ok "it works" witness_ticks r1 20 180
cluster_idle 120
for round in 1 2; do
	at=$(where vm2)
	to=$(other "$at")
	since=$(now_ms)
	on "$at" 'virsh -q suspend vm2'
	on node3 "crm resource migrate vm2 $to" >/dev/null 2>&1
	wait_until "vm2 on $to" 240 is_on vm2 "$to"
	cluster_idle 180
	ok "move $round: vm2 on $to" wait_until "all of vm2" 60 well "$to"
	on "$to" 'virsh -q resume vm2'
	witness_ticks r1 100 120
	ok "move $round: $(witness_since r1 "$since")" witness_since r1 "$since"
	ok "move $round: its kernel is well" linux_well
done
# since then: another test may have had two Primaries on this disk, on purpose
ok "$(never_two_primaries r1 "$before")" never_two_primaries r1 "$before"
on node3 "crm resource clear vm2" >/dev/null 2>&1
ok "vm2 can be taken away" linux_gone vm2 r1
rm -f "$FERRY_LAB_DIR/vm2.crm"
witness_unwatch
witness_watch r0
test_end
