# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# What can go wrong while the memory is on its way: replication is lost, the mover is killed, the agent is killed, the target's
# libvirtd hangs until the source has taken the move for failed. The guest runs on. And an older copy of it never runs.

. "${FERRY_LAB:?}/lib.sh"
test_begin precopy

# begin_move WHAT: vm1 off to the other node, slowly, and far enough that memory is being sent
begin_move() {
	at=$(where vm1)
	to=$(other "$at")
	since=$(now_ms)
	on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
	ok "$1: the memory is on its way" wait_until "the pre-copy" 120 stepped "$since" "$at ferry-vm migrate-to precopy-running"
}
slowly() { on node3 "crm_resource -r vm1 $1" >/dev/null 2>&1 && cluster_idle 60; }
# kept WHAT: the guest is where it was, with its memory, and after the documented commands all is healthy
kept() {
	witness_ticks r0 20
	ok "$1: the guest runs on: $(witness_since r0 "$since")" witness_since r0 "$since"
	tidy
	ok "$1: healthy again" wait_until "a healthy cluster" 180 healthy
	is "$1: the guest has stayed" "$(where vm1)" "$at"
}
copy_waits() { [ "$(on "$to" 'virsh -q domstate vm1' 2>/dev/null)" = paused ]; }

slowly '-p migration_bandwidth -v 1'
begin_move "replication cut"
cut_link "$to" data
ok "replication cut: the job is cancelled" wait_until "the cancel" 60 stepped "$since" "$at ferry-vm migrate-to precopy-cancel"
ok "replication cut: rolled back" wait_until "the end" 60 stepped "$since" "$at ferry-vm migrate-to end code 1"
heal_link "$to" data
wait_until "the resync" 60 redundant r0
kept "replication cut"

begin_move "mover killed"
on "$at" 'kill -9 $(pgrep -nf "[f]erry-vm migrate-to")' # the younger one is the mover
ok "mover killed: its agent settles" wait_until "the end" 120 stepped "$since" "$at ferry-vm migrate-to end code 1.*the guest runs on here"
kept "mover killed"

begin_move "agent killed"
on "$at" 'kill -9 $(pgrep -of "[f]erry-vm migrate-to")'
ok "agent killed: its mover brings the move to its end" wait_until "the end" 180 stepped "$since" "$at ferry-vm migrate-to certificate-written"
cluster_idle 180
tidy
ok "agent killed: healthy again" wait_until "a healthy cluster" 180 healthy
witness_ticks r0 20
ok "agent killed: $(witness_since r0 "$since")" witness_since r0 "$since"

# The target's libvirtd stands still, its QEMU does not: it gets the whole memory. The source's libvirtd gets no answer, takes
# the move for failed and lets its guest run on. (Without another try, which would find it awake.)
on node3 'crm_resource -r vm1 -p migration_retries -v 0' >/dev/null 2>&1 && cluster_idle 60
begin_move "no reply"
on "$to" 'kill -STOP $(pgrep -o libvirtd)'
ok "no reply: the source lets its guest run on" wait_until "that" 240 stepped "$since" "$at ferry-vm migrate-to rolled-back"
on "$to" 'kill -CONT $(pgrep -o libvirtd)'
wait_until "the end" 120 stepped "$since" "$at ferry-vm migrate-to end code 1"
kept "no reply"
on node3 'crm_resource -r vm1 -d migration_retries' >/dev/null 2>&1 && cluster_idle 60
ok "no reply: nothing is left on $to" no copy_waits
slowly '-d migration_bandwidth'

# stale_copy: on the other node, paused, what a move whose last reply was lost leaves there: the whole memory as it was, while
# here it has gone on. (Saved and let go on here, restored there with the mark of a move.)
stale_copy() {
	on node3 'crm_resource -r vm1 --meta -p maintenance -v true' >/dev/null 2>&1 && cluster_idle 60 || return 1
	on "$at" 'virsh -q save vm1 /tmp/copy && virsh -q restore /tmp/copy' || return 1
	on node3 'crm_resource -r vm1 --meta -d maintenance' >/dev/null 2>&1 && cluster_idle 60 || return 1
	get "$at" /tmp/copy "$FERRY_LAB_DIR/copy" && put "$to" "$FERRY_LAB_DIR/copy" /tmp/copy && rm -f "$FERRY_LAB_DIR/copy"
	on "$to" "virsh -q save-image-dumpxml /tmp/copy | sed -E '/<ferry:mark/s/state=.running.(.*)nonce=.[0-9a-f]{32}./state=\"held\" \\1 \
		move=\"0123456789abcdef0123456789abcdef\" source=\"$at\"/' >/tmp/copy.xml && grep -q 'state=\"held\"' /tmp/copy.xml &&
		virsh -q save-image-define /tmp/copy /tmp/copy.xml --paused && virsh -q restore /tmp/copy --paused"
}

at=$(where vm1)
to=$(other "$at")
ok "stale copy: it is on the other node" stale_copy
ok "and waits there" copy_waits
since=$(now_ms)
witness_ticks r0 20
ok "a new move finds it in its way, and removes it" move_to "$to"
ok "as what it is" stepped "$since" "$at ferry-vm migrate-to leftover-discarded"
witness_ticks r0 5
ok "the memory that was moved is the newer: $(witness_since r0 "$since")" witness_since r0 "$since"

at=$(where vm1)
to=$(other "$at")
ok "stale copy: again" stale_copy
on node3 'crm_resource --restart -r gate-vm1' >/dev/null 2>&1 # advances the epoch, as a move that was rolled back does
cluster_idle 120
witness_ticks r0 20
ok "and waits there while the guest runs on" copy_waits
nonce=$(witness_now r0 | cut -d' ' -f1)
since=$(now_ms)
kill_node "$at"
ok "then $at crashes: $to boots the guest from its disk" wait_until "another boot" 240 booted_anew r0 "$nonce"
ok "because the copy is proved stale" stepped "$since" "$to ferry-(gate open|vm start) stale-discarded"
since=$(now_ms)
witness_ticks r0 20
ok "disk and memory belong together: $(witness_since r0 "$since")" witness_since r0 "$since"
# The move's constraint is still there, and calls the guest back as soon as its node has returned: live.
wait_cluster_online
cluster_idle 180
wait_until "vm1 on $at" 120 is_on vm1 "$at"
tidy
ok "healthy again" wait_until "a healthy cluster" 180 healthy
ok "$at's return has not cost the guest its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
