# SPDX-License-Identifier: GPL-2.0-or-later
# Memory that is held when its guest must be stopped is saved, found again by the next start on that node, and goes on with
# the disk it belongs to; with a newer disk it is thrown away. Done by the helpers, with the cluster looking away.

. "${FERRY_LAB:?}/lib.sh"
test_begin held

at=$(where vm1)
vm="--config /etc/ferry/vm1.xml --gate r0 --node $at --transport tcp"
gate="--drbd-resource r0 --domain vm1 --node $at"
STORE=/var/lib/ferry/checkpoint
saved() { on "$at" "ls $STORE/vm1.*.json"; }
off() { [ "$(on "$at" 'pgrep -cf "guest=vm1,"')" = 0 ]; }

look_away
since=$(now_ms)
ok "the gate closes under the running guest" on "$at" "ferry-gate close $gate"
is "which is held" "$(on "$at" 'virsh -q domstate vm1')" paused
ok "stopped" on "$at" "ferry-vm stop $vm"
ok "its memory is saved" saved
is "for root alone" "$(on "$at" "stat -c '%a %U' $STORE $STORE/*" | sort -u | paste -sd,)" "600 root,700 root"
ok "and no QEMU is left" off
ok "stopped again: nothing to do" on "$at" "ferry-vm stop $vm"
ok "which keeps it" saved
ok "started" on "$at" "ferry-vm start $vm"
ok "from the file, which is kept until it runs" saved
is "it waits for its gate" "$(on "$at" 'virsh -q domstate vm1')" paused
ok "the monitor takes it for running" on "$at" "ferry-vm monitor $vm"
ok "the gate opens" on "$at" "ferry-gate open $gate"
ok "from the file, which has served" no saved
witness_ticks r0 20
ok "and it goes on: $(witness_since r0 "$since")" witness_since r0 "$since"

# The disk has gone on meanwhile: by hand, as after a boot on the other node.
on "$at" "ferry-gate close $gate && ferry-vm stop $vm && cp -a $STORE /var/lib/ferry/old"
ok "held and saved once more" saved
on "$at" "ferry-vm start $vm && ferry-gate open $gate"
nonce=$(witness_now r0 | cut -d' ' -f1)
witness_ticks r0 20
on "$at" "ferry-gate close $gate && ferry-vm stop $vm && rm -f $STORE/* && cp -a /var/lib/ferry/old/* $STORE/ && rm -r /var/lib/ferry/old"
on "$at" "ferry-vm start $vm && ferry-gate open $gate"
ok "an older file with a newer disk: booted instead" wait_until "another boot" 60 booted_anew r0 "$nonce"
since=$(now_ms)
witness_ticks r0 20
ok "disk and memory belong together: $(witness_since r0 "$since")" witness_since r0 "$since"
on node3 'crm_attribute -n maintenance-mode -D; crm_resource -C' >/dev/null 2>&1
cluster_idle 60
ok "the cluster finds it as it was" wait_until "a healthy cluster" 120 healthy
is "in its place" "$(where vm1)" "$at"
since=$(now_ms)
ok "and the next move works" move_to "$(other "$at")"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
test_end
