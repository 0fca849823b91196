# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# stop_mode=checkpoint into a directory: the memory comes back with the disk that it was saved with, and with no other.

. "${FERRY_LAB:?}/lib.sh"
test_begin checkpoint

STORE=/var/lib/ferry/checkpoint
to_stop() { on node3 "crm_resource -r vm1 -p stop_mode -v $1" >/dev/null && cluster_idle 120; }
started() { on node3 "crm resource start vm1" >/dev/null 2>&1; wait_until "vm1 to be up" 240 healthy && cluster_idle 120; }
stopped() { on node3 "crm resource stop vm1" >/dev/null 2>&1; cluster_idle 240; is_on vm1 ""; }
kept() { on "$1" "ls $STORE/*.json 2>/dev/null | wc -l"; }
warned() { on "$1" "grep -q '$2' /var/log/pacemaker/pacemaker.log"; }

at=$(where vm1)
to=$(other "$at")
to_stop checkpoint
since=$(now_ms)
on -t 300 node3 "crm resource restart vm1" >/dev/null 2>&1
cluster_idle 240
ok "crm resource restart: all is well" wait_until "a healthy cluster" 120 healthy
witness_ticks r0 20
ok "its memory went on: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "from a checkpoint" stepped "$since" "$at ferry-vm start restored"
ok "that fitted its disk" stepped "$since" "$at ferry-gate open verdict vm1: run-original"
is "which has served" "$(kept "$at")" 0
is "where it was" "$(where vm1)" "$at"

# --- stopped here, booted there, back again: the old memory has lost its disk
since=$(now_ms)
ok "stopped" stopped
is "one checkpoint" "$(kept "$at")" 1
is "for root alone" "$(on "$at" "stat -c '%a %U' $STORE $STORE/*" | sort -u | paste -sd,)" "600 root,700 root"
ok "listed" on "$at" "ferry-vm checkpoint list | grep -q ' vm1 epoch .* on $at (stop)'"
ok "and every byte is what its manifest says" on "$at" "ferry-vm checkpoint verify --domain vm1"
on "$at" "cp -a $STORE /var/lib/ferry/copied"
nonce=$(witness_now r0 | cut -d' ' -f1)
on node3 "crm resource ban vm1 $at" >/dev/null 2>&1
ok "started on $to, which has it not" started
ok "where it boots" wait_until "another boot" 60 booted_anew r0 "$nonce"
ok "and the log says what was lost" warned "$to" 'its memory was saved on .* was not restored here: booting from the disk'
on node3 "crm resource clear vm1" >/dev/null 2>&1
witness_ticks r0 20
to_stop destroy
ok "stopped there without one" stopped
nonce=$(witness_now r0 | cut -d' ' -f1)
on node3 "crm resource ban vm1 $to" >/dev/null 2>&1
since=$(now_ms)
ok "started on $at, with the old one" started
ok "which is restored and found stale" stepped "$since" "$at ferry-gate open stale-discarded"
ok "so it boots" wait_until "another boot" 60 booted_anew r0 "$nonce"
on node3 "crm resource clear vm1" >/dev/null 2>&1
since=$(now_ms)
witness_ticks r0 20
ok "one guest, one memory: $(witness_since r0 "$since")" witness_since r0 "$since"
is "the stale one is gone" "$(kept "$at")" 0

# --- an old one copied back by hand, with on_stale=fail; by the helpers, with the cluster looking away
look_away
vm="--config /etc/ferry/vm1.xml --gate r0 --node $at --transport tcp --timeout 120000"
gate="--drbd-resource r0 --domain vm1 --node $at --timeout 120000"
off() { [ "$(on "$at" 'pgrep -cf "guest=vm1,"')" = 0 ]; }
# refused WORDS COMMAND...
refused() {
	words=$1
	shift
	said=$(on -t 200 "$at" "$@" 2>&1) && { echo "it was done"; return 1; }
	printf '%s\n' "$said" | grep -q -- "^ocf-exit-reason:.*$words" || { printf '%s\n' "$said"; return 1; }
}
save() { on -t 200 "$at" "ferry-vm checkpoint save $vm ${1:-} && ferry-gate close $gate"; }
wake() { on -t 200 "$at" "ferry-vm start $vm --on-stale ${1:-fail} && ferry-gate open $gate"; }
since=$(now_ms)
ok "saved by hand, compressed" save "--compression zstd"
ok "it takes less than the RAM" on "$at" "ferry-vm checkpoint show --domain vm1 | awk -F'[:,]' '/image_bytes/ { i = \$2 } /stored_bytes/ { s = \$2 } END { exit !(s < i) }'"
ok "and wakes" wake
witness_ticks r0 20
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
on "$at" "virsh -q suspend vm1"
since=$(now_ms)
save
ok "one that its user has paused is saved and wakes" wake
is "paused, as he left it" "$(on "$at" 'virsh -q domstate vm1')" paused
on "$at" "virsh -q resume vm1"
witness_ticks r0 20
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "a second one is saved from there" save
on "$at" "rm -f $STORE/* && cp -a /var/lib/ferry/copied/* $STORE/ && ferry-vm start $vm --on-stale fail"
ok "an old one, copied back: refused" refused "on_stale='fail'.*is older than its disk" "ferry-gate open $gate"
is "it stays paused" "$(on "$at" 'virsh -q domstate vm1')" paused
nonce=$(witness_now r0 | cut -d' ' -f1)
on "$at" "ferry-gate close $gate; ferry-vm discard $vm --yes"
ok "given up: it boots" wake boot
ok "anew" wait_until "another boot" 60 booted_anew r0 "$nonce"

# --- damaged: nothing of it reaches a guest
witness_ticks r0 20
save
on "$at" "cp -a $STORE /var/lib/ferry/good
	f=\$(ls $STORE/*.ram); b=\$(od -An -tu1 -j100000 -N1 \$f); printf \"\\\\\$(printf %o \$((b ^ 1)))\" | dd of=\$f bs=1 seek=100000 conv=notrunc 2>/dev/null"
ok "a flipped bit is found by hand" refused "chunk" "ferry-vm checkpoint verify --domain vm1"
ok "and by a start" refused "chunk" "ferry-vm start $vm --on-stale fail"
ok "which leaves no guest" off
on "$at" "cp /var/lib/ferry/good/*.ram $STORE/ && truncate -s -4096 \$(ls $STORE/*.ram)"
ok "a truncated one too" refused "" "ferry-vm start $vm --on-stale fail"
on "$at" "cp /var/lib/ferry/good/*.ram $STORE/"
on "$at" "sed 's,<uuid>....,<uuid>ffff,' /etc/ferry/vm1.xml >/etc/ferry/other.xml"
ok "nor is it for a guest of another uuid" refused "uuid" "ferry-vm start --config /etc/ferry/other.xml --gate r0 --transport tcp --timeout 60000 --on-stale fail"
since=$(now_ms)
ok "made good again it wakes" wake
witness_ticks r0 20
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"

# --- no room: the guest is not even paused
on "$at" "mkdir -p /run/small && mount -t tmpfs -o size=8m,mode=700 none /run/small"
since=$(now_ms)
ok "a store without room is told" refused "bytes" "ferry-vm checkpoint save $vm --store /run/small"
is "the guest runs" "$(on "$at" 'virsh -q domstate vm1')" running
is "and nothing of it is left" "$(on "$at" 'ls /run/small; umount /run/small')" ""
witness_ticks r0 20
ok "with its memory: $(witness_since r0 "$since")" witness_since r0 "$since"

on "$at" 'rm -rf /var/lib/ferry/copied /var/lib/ferry/good /etc/ferry/other.xml'
on node3 'crm_resource -C' >/dev/null 2>&1
cluster_idle 60
on node3 'crm_attribute -n maintenance-mode -D' >/dev/null
cluster_idle 60
ok "the cluster finds it well" wait_until "a healthy cluster" 120 healthy
since=$(now_ms)
ok "and the next move works" move_to "$(other "$(where vm1)")"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
is "no FIFO is left" "$(for node in $DATA_NODES; do on "$node" 'ls /run/ferry/memory 2>/dev/null'; done)" ""
is "nothing has failed" "$(failures)" ""
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
