# SPDX-License-Identifier: GPL-2.0-or-later
# A guest is judged by what it is now, not by its file: what was plugged in since its start and ties it to its node keeps it
# there, and nothing is changed by the refusal. And its file may be lost on either node: it is looked after without, and a
# move or a start gives the file back.

. "${FERRY_LAB:?}/lib.sh"
test_begin config

FILE=/etc/ferry/vm1.xml
KEPT=/var/lib/ferry/config/%etc%ferry%vm1.xml
at=$(where vm1)
to=$(other "$at")
here="--config $FILE --gate r0 --transport tcp --node $at --timeout 180000"
stamp() { on "$at" 'ferry-drbd stamp-show --drbd-resource r0 --json'; }
# refused WORDS COMMAND: COMMAND there fails, and says them
refused() {
	said=$(on -t 240 "$at" "$2" 2>&1) && { echo "it was done"; return 1; }
	printf '%s\n' "$said"
	printf '%s\n' "$said" | grep -q "^ocf-exit-reason:.*$1"
}
# plugged TARGET FILE [ELEMENT]: into the running guest
plugged() {
	on "$at" "truncate -s 1M $2 && virsh -q attach-device vm1 --live /dev/stdin <<-XML
		<disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='$2'/><target dev='$1' bus='virtio'/>$3</disk>
	XML"
}
lost() { on "$1" "rm -f $FILE $KEPT"; }
# logged NODE WORDS: since this test began, by the agent
logged() { on "$1" "tail -n +$2 /var/log/pacemaker/pacemaker.log | grep -q '$3'"; }
log_lines() { on "$1" 'wc -l </var/log/pacemaker/pacemaker.log'; }

look_away

ok "an image that is only read is plugged in" plugged vdw /root/image '<readonly/>'
ok "it is not on $to: the move fails, and says so" refused "/root/image.*the guest runs on here" "ferry-vm migrate-to $here --target $to"
is "it runs here" "$(on "$at" 'virsh -q domstate vm1')" running

before=$(stamp)
ok "a disk that is a file of $at is plugged in" plugged vdx /root/disk
ok "the guest is not moved, and it is said why" refused 'as it runs now.*vdx.*"/root/disk", outside the gate; use' \
	"ferry-vm migrate-to $here --target $to"
is "its run is the same" "$(stamp)" "$before"
ok "no move was begun" on "$at" 'test ! -e /var/lib/ferry/move/vm1'
is "it runs here" "$(on "$at" 'virsh -q domstate vm1')" running
ok "and nothing of it is on $to" no on "$to" 'virsh -q domstate vm1'

lost "$at"
ok "without its file and the kept copy the guest is monitored" on -t 240 "$at" "ferry-vm monitor $here"
ok "and stopped" on -t 240 "$at" "ferry-vm stop $here --stop-mode destroy"
is "no QEMU is left" "$(on "$at" 'pgrep -cf "guest=vm1,"')" 0
ok "stopped again: nothing to do" on -t 240 "$at" "ferry-vm stop $here"
is "the monitor says that it is not there" "$(on -t 240 "$at" "ferry-vm monitor $here" 2>/dev/null; echo $?)" 7
ok "it cannot be started" refused "No such file.*put the domain's XML there" "ferry-vm start $here"
on "$to" "cat $FILE" | on -i "$at" "cat >$KEPT"
ok "with the kept copy it can" on -t 240 "$at" "ferry-vm start $here"
is "and its file is back, as it was" "$(on "$at" "md5sum <$FILE; stat -c '%a %U' $FILE" | paste -sd' ')" \
	"$(on "$to" "md5sum <$FILE") 600 root"
on node3 'crm_attribute -n maintenance-mode -D; crm_resource -C' >/dev/null 2>&1
ok "the cluster finds it well" wait_until "a healthy cluster" 120 healthy
cluster_idle 60

lost "$to"
since=$(now_ms)
ok "it moves to $to, which has no file" move_to "$to"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
is "and has the file back, for root alone" "$(on "$to" "stat -c '%a %U' $FILE")" "600 root"
ok "which says where it is from" on "$to" "head -n 1 $FILE | grep -q 'Given back by Ferry: the guest vm1'"
ok "and is good" on -t 240 "$to" "ferry-vm validate --config $FILE --gate r0 --level 10 --timeout 180000"

on "$at" "echo '<!-- another -->' >>$FILE"
sum=$(on "$at" "md5sum <$FILE")
lines=$(log_lines "$at")
ok "it moves back to $at, whose file is another now" move_to "$at"
is "which is left as it is" "$(on "$at" "md5sum <$FILE")" "$sum"
ok "and the log tells" wait_until "the warning" 30 logged "$at" "$lines" "$FILE on this node is not the file that the guest vm1 was started from"
on node3 'crm resource clear vm1' >/dev/null 2>&1
for node in $DATA_NODES; do guest_xml vm1 r0 | on -i "$node" "cat >$FILE"; done
cluster_idle 60
test_end
