# SPDX-License-Identifier: GPL-2.0-or-later
# What README tells an operator to do after a failure, done: a guest that is blocked by a failed move, a disk that its
# migration-threshold keeps from a node.

. "${FERRY_LAB:?}/lib.sh"
test_begin recover

at=$(where vm1)
to=$(other "$at")
since=$(now_ms)

# --- on-fail=block: the target's libvirtd is gone
libvirtd=$(on "$to" 'pgrep -o libvirtd')
on "$to" "kill -TERM $libvirtd"
wait_until "libvirtd on $to to end" 60 no on "$to" "kill -0 $libvirtd"
on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
blocked() { on node3 'crm_mon -1' | grep -q 'vm1.*blocked'; }
ok "a failed migrate_to blocks the guest" wait_until "it" 180 blocked
witness_ticks r0 5
ok "which runs on: $(witness_since r0 "$since")" witness_since r0 "$since"
on "$to" 'setsid libvirtd --listen </dev/null >>/var/log/libvirtd.out 2>&1 & sleep 0'
wait_until "libvirtd on $to" 60 on "$to" 'virsh -c qemu:///system list >/dev/null 2>&1'
on node3 'crm resource clear vm1' >/dev/null 2>&1
cluster_idle 120
on node3 'crm resource refresh vm1' >/dev/null 2>&1
cluster_idle 120
ok "clear, then refresh: healthy" wait_until "a healthy cluster" 120 healthy
is "where it was" "$(where vm1)" "$at"
witness_ticks r0 5
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "and the move works" move_to "$to"
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
on node3 'crm resource clear vm1' >/dev/null 2>&1
cluster_idle 120

# --- migration-threshold=1: the disk of the node that does not run the guest fails once
at=$(where vm1)
to=$(other "$at")
since=$(now_ms)
on "$to" 'drbdadm down r0'
banned() { on node3 "crm_mon -1 --output-as=xml --include=none,failcounts" | grep -q 'id="disk-vm1".*fail-count='; }
ok "a disk that went down on $to is counted" wait_until "it" 120 banned
cluster_idle 120
on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
cluster_idle 120
is "no move goes there" "$(where vm1)" "$at"
on node3 'crm resource clear vm1' >/dev/null 2>&1
on node3 'crm resource cleanup c-disk-vm1' >/dev/null 2>&1
ok "cleanup of the disk: redundant again" wait_until "a healthy cluster" 180 healthy
cluster_idle 120
witness_ticks r0 5
ok "the guest took no notice: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "and can go there" move_to "$to"
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
