# SPDX-License-Identifier: GPL-2.0-or-later
# Configurations that are not there, or not what they should be, given to each agent on a real node: one exit reason and its code from
# validate-all and start, no failure of a stop, for which a node would be fenced, and nothing changed. What needs no node is in
# tests/cli/parameters.t; names in use, sizes that differ and gates half-swapped in gate.t and disk.t.
# shellcheck shell=sh disable=SC1091,SC2016,SC2046,SC2086 # commands for nodes are quoted here, expanded there; words

. "${FERRY_LAB:?}/lib.sh"
test_begin input

at=$(where vm1)
peer=$(other "$at")
TRY=/etc/ferry/try

starting=
for node in $DATA_NODES; do
	on -t 200 "$node" 'ferry-drbd start --drbd-resource r1 --timeout 120000' >/dev/null 2>&1 &
	starting="$starting $!"
done
wait $starting
wait_until "r1 in sync" 60 redundant r1
guest_xml bad1 r1 | on -i "$at" "mkdir -p $TRY/folder.xml && cd $TRY && cat >good.xml && head -n 5 good.xml >cut.xml
	echo hello >text.xml; : >empty.xml; echo '<network><name>bad1</name></network>' >network.xml; sed '/<name>/d' good.xml >noname.xml
	sed 's,/dev/mapper/ferry-r1-0,/dev/drbd1,' good.xml >outside.xml; sed 's,ferry-r1-0,ferry-r0-0,' good.xml >others.xml
	sed 's,ferry-r1-0,ferry-nosuch-0,' good.xml >nosuch.xml"
look_away
witness_ticks r0 5
before=$(left_alone)

# CODE AGENT:PARAMETERS PATTERN. validate-all and start say the same, a stop finds that nothing can be here.
while read -r code what pattern; do
	for action in validate-all start; do
		agent_run "$at" "${what%%:*}" $action $(echo "${what#*:}" | tr , ' ')
		agent_told "$action: ${what#*:}" "$code" "$pattern"
	done
	agent_run "$at" "${what%%:*}" stop $(echo "${what#*:}" | tr , ' ')
	agent_told "stop: ${what#*:}" 0
done <<ROWS
5 vm:domain=nosuch,gate=r1 domain='nosuch' is not defined in libvirt
5 vm:config=$TRY/none.xml,gate=r1 config='$TRY/none.xml': No such file.*put the domain's XML there
5 vm:config=$TRY/folder.xml,gate=r1 config='$TRY/folder.xml': Is a directory
5 vm:config=$TRY/cut.xml,gate=r1 config='$TRY/cut.xml': .*not well-formed
5 vm:config=$TRY/text.xml,gate=r1 config='$TRY/text.xml': .*not well-formed
5 vm:config=$TRY/empty.xml,gate=r1 config='$TRY/empty.xml': .*not well-formed
5 vm:config=$TRY/network.xml,gate=r1 config='$TRY/network.xml': .*begins with <network>, not <domain>
5 vm:config=$TRY/noname.xml,gate=r1 config='$TRY/noname.xml': .*has no <name>
6 vm:config=$TRY/outside.xml,gate=r1 config='$TRY/outside.xml': .*"/dev/drbd1", outside the gate; use .*/dev/mapper/ferry-r1-VOLUME
6 vm:config=$TRY/others.xml,gate=r1 config='$TRY/others.xml': .*"/dev/mapper/ferry-r0-0", outside the gate
6 vm:config=$TRY/good.xml,domain=other,gate=r1 domain='other' but .* describes 'bad1'
6 vm:config=$TRY/nosuch.xml,gate=nosuch gate='nosuch': .*not in drbdadm's configuration; see /etc/drbd.d
6 gate:drbd_resource=nosuch,domain=bad1 DRBD resource nosuch is not in drbdadm's configuration; see /etc/drbd.d
6 drbd:drbd_resource=nosuch DRBD resource nosuch is not in drbdadm's configuration; see /etc/drbd.d
ROWS

GOOD="config=$TRY/good.xml gate=r1"
agent_run "$at" vm validate-all $GOOD
agent_told "validate-all: what those were made of is right" 0
agent_run "$at" vm validate-all $GOOD hypervisor=nosuch:///system
agent_told "validate-all: a hypervisor that libvirt has no driver for" 6 "hypervisor='nosuch:///system': libvirt on this node has no driver"
agent_run "$at" vm start $GOOD hypervisor=nosuch:///system
agent_told "start: the same" 1 "hypervisor='nosuch:///system': libvirt on this node has no driver"
agent_run "$at" vm start $GOOD "hypervisor=qemu+unix:///system?socket=/nonexistent"
agent_told "start: a libvirt that is not there" 1 "hypervisor='qemu.unix:///system.socket=/nonexistent': cannot reach libvirt"
agent_run "$at" vm migrate_to config=$TRY/none.xml gate=r1 CRM_meta_migrate_target="$peer"
agent_told "migrate_to: 5 would bar the node and have the disk promoted elsewhere" 1 "config='$TRY/none.xml': No such file"
on "$at" 'mount --bind /dev/null /usr/sbin/drbdadm'
agent_run "$at" drbd validate-all drbd_resource=r1
on "$at" 'umount /usr/sbin/drbdadm'
agent_told "validate-all: drbd-utils are not installed" 5 "install drbd-utils"

# A name that is none cannot have been started either; but what is here is neither stopped by it nor taken for stopped.
agent_run "$at" gate stop drbd_resource=r1 domain=../x
agent_told "stop: a bad name, and the gate is shut" 0
agent_run "$at" gate stop drbd_resource=r0 domain=../x
agent_told "stop: a bad name, and the gate is open" 6 'domain="../x"'
agent_run "$at" vm stop config=/etc/ferry/vm1.xml domain=vm1 gate=r/0
agent_told "stop: a bad value, and the guest is here" 6 'gate="r/0"'
is "none of this has changed anything" "$(left_alone)" "$before"
witness_ticks r0 5
ok "the guest on r0 went on: $(witness_since r0 "$began")" witness_since r0 "$began"

for node in $DATA_NODES; do
	on -t 120 "$node" "ferry-drbd stop --drbd-resource r1; rm -rf $TRY /var/lib/ferry/config/*%try%*" >/dev/null 2>&1
done
on node3 'crm_attribute -n maintenance-mode -D' >/dev/null
cluster_idle 60
test_end
