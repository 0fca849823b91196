# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# The replicated disk, by hand and through its agent: what ferry-drbd does with real DRBD, and what it refuses.
# shellcheck shell=sh disable=SC1091,SC2016 # commands for nodes are quoted here, expanded there
# On r1, which no cluster resource uses; the guest on r0 goes on meanwhile.

. "${FERRY_LAB:?}/lib.sh"
[ -n "${FERRY_TEST_ALONE:-}" ] || test_begin disk

GATE=ferry-r1-0
# try NODE COMMAND: $rc, and $said: all that it said
try() {
	said=$(on -t 90 "$1" "$2" 2>&1)
	rc=$?
}
# drbd NODE VERB [OPTION...]: ferry-drbd there
drbd() {
	drbd_node=$1 drbd_verb=$2
	shift 2
	try "$drbd_node" "ferry-drbd $drbd_verb --drbd-resource r1 $*"
}
# wants WHAT RC [PATTERN]: the last try ended so, with these words in what it said
wants() {
	if [ "$rc" = "$2" ] && printf '%s\n' "$said" | grep -qE -- "${3:-}"; then
		ok "$1" true
	else
		ok "$1" sh -c 'printf "%s\n" "$1"; false' - "exit code $rc (expected $2): $said"
	fi
}
# The agent, as Pacemaker calls it.
agent() {
	agent_node=$1 agent_action=$2
	shift 2
	try "$agent_node" "env OCF_ROOT=/usr/lib/ocf OCF_RESKEY_drbd_resource=r1 OCF_RESOURCE_INSTANCE=disk-test \
		OCF_RESKEY_CRM_meta_timeout=60000 OCF_RESKEY_CRM_meta_interval=10000 $* \
		/usr/lib/ocf/resource.d/ferry/drbd $agent_action"
}
both() {
	on -t 90 node1 "$1" >/dev/null 2>&1 &
	both_pid=$!
	on -t 90 node2 "$1" >/dev/null 2>&1
	wait $both_pid
}
table() { on "$1" "dmsetup table $GATE 2>/dev/null"; }
in_sync() { on "$1" 'drbdadm dstate r1' | grep -q '^UpToDate/UpToDate'; }
score() { on node1 "crm_attribute -N $1 -n master-disk-test -l reboot -G -q -d none 2>/dev/null"; }
# edit SED-SCRIPT: the resource's configuration on node1; edit alone: as it was
edit() {
	on node1 "[ -e /root/r1.res ] || cp /etc/drbd.d/r1.res /root/r1.res; sed '${1:-}' /root/r1.res >/etc/drbd.d/r1.res"
}

both 'for p in $(cat /run/ferry-test.pids 2>/dev/null); do kill $p; done; rm -f /run/ferry-test.pids
	ferry-drbd stop --drbd-resource r1'
edit

# --- start, stop, monitor: codes, and twice each ---
for node in node1 node2; do
	drbd $node monitor
	wants "$node: down is 7" 7 down
done
try node3 'test ! -e /sys/module/drbd && ferry-drbd monitor --drbd-resource r1'
wants "node3, where the module is not loaded: 7" 7
drbd node3 stop
wants "and a stop there succeeds" 0
both 'ferry-drbd start --drbd-resource r1 --timeout 60000'
drbd node1 start
wants "a second start succeeds" 0
wait_until "r1 in sync" 60 in_sync node1
bytes=$(($(on node1 'cat /sys/block/drbd1/size') * 512))
is "the gate is closed, and ends before the stamp" "$(table node1)" "0 $(((bytes - 1048576) / 512)) error "
drbd node1 monitor
wants "Secondary is 0" 0 'Secondary, score 10000, redundant'
drbd node1 monitor --json
ok "--json tells the same" sh -c 'printf "%s\n" "$1" | jq -e ".code == 0 and .up and .role == \"Secondary\" and .redundant and
	.score == 10000 and .volumes[0].minor == 1 and .volumes[0].disk == \"UpToDate\" and .peers[0].connection == \"Connected\""' - "$said"

# --- promote and demote ---
drbd node1 demote
wants "a Secondary is demoted already" 0
drbd node1 promote
wants "promote" 0
drbd node1 promote
wants "again" 0
drbd node1 monitor
wants "Primary is 8" 8 Primary
drbd node2 promote
wants "promotion is refused while the peer is Primary" 1 'ocf-exit-reason:.*\(-1\).*demote it on the other node'
drbd node2 monitor
wants "and leaves a Secondary" 0

try node1 'sleep 600 </dev/drbd1 >/dev/null 2>&1 & echo $! >/run/ferry-test.pids; sleep 0.3; ferry-drbd demote --drbd-resource r1'
wants "a process that holds the device is named" 1 "held open by process $(on node1 'cat /run/ferry-test.pids') \(sleep\)"
on node1 'kill $(cat /run/ferry-test.pids); sleep 0.2
	dmsetup create ferrytest --table "0 8 linear /dev/drbd1 0"'
drbd node1 demote
wants "so is a device upon it" 1 'held open by the device /dev/mapper/ferrytest'
on node1 'dmsetup remove ferrytest
	mke2fs -q -F /dev/drbd1 8192; mkdir -p /run/ferry-test; mount /dev/drbd1 /run/ferry-test'
drbd node1 demote
wants "so is a mount" 1 'held open by the mount /run/ferry-test'
on node1 'umount /run/ferry-test'

on node1 "dmsetup reload $GATE --table '0 $(((bytes - 1048576) / 512)) linear /dev/drbd1 0' && dmsetup resume $GATE"
drbd node1 demote
wants "so is a gate that is open" 1 "its gate $GATE is open"
drbd node1 stop
wants "stop is refused while the gate is open" 1 "the gate $GATE is open"
drbd node1 start
wants "a start in place" 0
ok "leaves the open gate open" sh -c 'case $1 in *linear*) ;; *) echo "$1"; false ;; esac' - "$(table node1)"
on node1 "dmsetup reload $GATE --table '0 $(((bytes - 1048576) / 512)) error' && dmsetup resume $GATE"

# --- the stamp's place ---
drbd node2 stamp-show
wants "on a Secondary the stamp cannot be read, which is not the same as absent" 1 ocf-exit-reason
on node1 "dd if=/dev/urandom of=/dev/drbd1 bs=4096 count=2 seek=$(((bytes - 1048576) / 4096)) oflag=direct status=none"
drbd node1 stamp-show
wants "something else in the stamp's place is told" 1 'no stamp'
drbd node1 stamp-init
wants "and not written over unasked" 2 'say --yes'
drbd node1 stamp-init --yes
wants "but when told to" 0
drbd node1 stamp-show
wants "then there is no stamp" 0 'the resource is fresh'
# --- sizes ---
for sectors in 1000 $((bytes / 512)); do
	on node1 "dmsetup reload $GATE --table '0 $sectors error' && dmsetup resume $GATE"
	try node1 'ferry-gate open --drbd-resource r1 --domain ferry-test-nosuch'
	wants "a gate of $sectors sectors is not opened onto this disk" 1 'was resized'
	drbd node1 start
	wants "a start" 0
	is "makes it anew" "$(table node1)" "0 $(((bytes - 1048576) / 512)) error "
done
drbd node1 demote
wants "demote" 0
drbd node1 demote
wants "again" 0

# --- disks that must not be promoted ---
on node2 'drbdadm pause-sync r1 && drbdadm invalidate r1'
drbd node2 monitor
wants "an Inconsistent disk has no score" 190 'score -1'
drbd node2 promote
wants "and is not promoted" 1 'not promoted here: .*Inconsistent'
on node2 'drbdadm resume-sync r1'
wait_until "r1 in sync" 60 in_sync node2
on node2 'drbdadm disconnect r1; drbdadm outdate r1'
drbd node2 promote
wants "nor is an Outdated one" 1 'not promoted here: .*Outdated'
drbd node2 monitor
wants "which has no score either" 190 'score -1'
both 'drbdadm connect r1'
wait_until "r1 in sync" 60 in_sync node2
since=$(now_ms)
on node2 'drbdsetup disk-options 1 --c-plan-ahead=0 --resync-rate=4M && drbdadm invalidate r1'
drbd node2 promote --timeout 80000
wants "but one that is being brought up to date is, when that is done" 0
ok "it was waited for" stepped "$since" 'node2 ferry-drbd promote resync-awaited'
drbd node2 monitor
wants "up to date, and Primary" 8 'Primary, .*redundant'
drbd node2 demote
wants "and demoted again" 0
on node2 'drbdadm adjust r1; drbdadm detach r1'
drbd node2 monitor
wants "a detached disk is a failure" 1 'volume 0 of .r1. is Diskless.*drbdadm attach'
on node2 'drbdadm attach r1'
wait_until "r1 in sync" 60 in_sync node2

# --- gates that are missing, in use, somebody else's ---
on node2 "dmsetup remove $GATE"
drbd node2 monitor
wants "a missing gate is a failure" 1 'gate devices of .r1. are missing'
drbd node2 start
wants "which a start mends" 0
drbd node2 monitor
wants "healthy again" 0
on node2 "dmsetup suspend $GATE"
drbd node2 start
wants "a gate left suspended by a crash" 0
is "is resumed" "$(on node2 "dmsetup info -c --noheadings -o suspended $GATE")" Active
try node2 "sleep 600 </dev/mapper/$GATE >/dev/null 2>&1 & echo \$! >/run/ferry-test.pids; sleep 0.3; ferry-drbd stop --drbd-resource r1"
wants "a held guest that has the closed gate open does not make the stop fail" 0 'stays, closed'
drbd node2 monitor
wants "the disk is down" 7
ok "its closed gate is there still" sh -c 'case $1 in *error*) ;; *) false ;; esac' - "$(table node2)"
drbd node2 start
wants "the next start takes it over" 0
on node2 'kill $(cat /run/ferry-test.pids); rm -f /run/ferry-test.pids; sleep 0.2'
drbd node2 stop
wants "stop" 0
is "removes the gate" "$(table node2)" ""
drbd node2 stop
wants "again" 0
on node2 "dmsetup create $GATE --uuid SOMEBODY-ELSE --table '0 8 error'"
drbd node2 start
wants "a device of somebody else's with the gate's name is told" 1 "$GATE.*SOMEBODY-ELSE"
drbd node2 stop
wants "and does not make a stop fail" 0
on node2 "dmsetup remove $GATE"

# --- configurations that are not safe ---
drbd node1 stop
for case in 's/protocol C/protocol A/|protocol' \
	's/fencing resource-and-stonith/fencing dont-care/|fencing' \
	's/ping-int 1;/ping-int 1; allow-two-primaries yes;/|allow-two-primaries' \
	's/volume 0/volume 1/|no volume 0'; do
	edit "${case%|*}"
	drbd node1 validate --level 10
	wants "validate refuses ${case%|*}" 6 "ocf-exit-reason:.*${case#*|}"
	drbd node1 start
	wants "and so does start" 6 "${case#*|}"
	drbd node1 validate --level 0
	wants "level 0 does not look at the host" 0
done
edit
drbd node1 validate --level 10
wants "the lab's own configuration is fine" 0
try node1 'ferry-drbd validate --drbd-resource nosuch --level 10'
wants "an unknown resource is told by name" 6 nosuch
drbd node1 monitor
wants "nothing was started" 7

# A guest that learned 512 from a closed gate cannot write to a disk of 4096.
on node1 'modprobe loop; truncate -s 32M /root/4k.img; losetup -b 4096 /dev/loop7 /root/4k.img
	sed "s/r1/r4k/; s/drbd1/drbd7/; s/disk .dev.*/disk \/dev\/loop7;/; s/:7789/:7799/" /root/r1.res >/etc/drbd.d/r4k.res
	drbdadm create-md --force r4k' >/dev/null 2>&1
is "a device with blocks of 4096 bytes" "$(on node1 'blockdev --getss /dev/loop7')" 4096
try node1 'ferry-drbd start --drbd-resource r4k'
wants "is refused" 6 'logical blocks of 4096'
try node1 'ferry-drbd stop --drbd-resource r4k; losetup -d /dev/loop7; rm -f /etc/drbd.d/r4k.res /root/4k.img'
wants "and stopped" 0

# --- the agent ---
agent node1 monitor
wants "agent: down" 7
agent node1 start &
agent_pid=$!
agent node2 start
wait $agent_pid # the witness has a job in the background too
agent node2 start
wants "agent: start" 0
wait_until "r1 in sync" 60 in_sync node2
agent node1 monitor
wants "agent: Secondary" 0
agent node2 notify OCF_RESKEY_CRM_meta_notify_type=post OCF_RESKEY_CRM_meta_notify_operation=start
wants "agent: notify" 0
is "equal scores on both nodes" "$(score node1) $(score node2)" "10000 10000"
agent node2 promote
wants "agent: promote" 0
agent node2 monitor
wants "agent: Primary" 8
is "the score is no other for it" "$(score node2)" 10000
agent node2 validate-all OCF_CHECK_LEVEL=10
wants "agent: validate-all" 0
agent node2 demote
wants "agent: demote" 0
for how in monitor notify; do
	on node2 'drbdadm disconnect r1; drbdadm outdate r1'
	agent node2 monitor
	is "no score for an Outdated disk" "$(score node2)" none
	both 'drbdadm connect r1'
	wait_until "r1 in sync" 60 in_sync node2
	agent node2 $how OCF_RESKEY_CRM_meta_notify_type=post OCF_RESKEY_CRM_meta_notify_operation=start
	is "a $how brings it back" "$(score node2)" 10000
done
agent node1 stop
wants "agent: stop" 0
is "takes the score away" "$(score node1)" none
agent node2 stop
try node1 '/usr/lib/ocf/resource.d/ferry/drbd nonsense'
wants "agent: an unknown action" 3
try node1 '/usr/lib/ocf/resource.d/ferry/drbd meta-data'
wants "agent: meta-data" 0 '<resource-agent name="drbd"'

[ -n "${FERRY_TEST_ALONE:-}" ] || is "nothing has failed" "$(failures)" ""
test_end
