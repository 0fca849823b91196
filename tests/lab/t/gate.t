# SPDX-License-Identifier: GPL-2.0-or-later
# The gate on real device-mapper and real DRBD: every state that a crash can leave, made by hand and brought to each goal, and what is
# refused before anything is changed.
# shellcheck shell=sh disable=SC1091,SC2016 # commands for nodes are quoted here, expanded there
# On r1, which no cluster resource uses; the guest on r0 goes on meanwhile.

. "${FERRY_LAB:?}/lib.sh"
[ -n "${FERRY_TEST_ALONE:-}" ] || test_begin gate

GATE=ferry-r1-0
try() {
	said=$(on -t 90 "$1" "$2" 2>&1)
	rc=$?
}
disk() { try "$1" "ferry-drbd $2 --drbd-resource r1 --timeout 60000"; }
gate() { try node1 "ferry-gate $1 --drbd-resource r1 ${2---domain gatetest} --timeout 20000"; }
# wants WHAT RC [PATTERN]: the last try ended so, with these words in what it said
wants() {
	if [ "$rc" = "$2" ] && printf '%s\n' "$said" | grep -qE -- "${3:-}"; then
		ok "$1" true
	else
		ok "$1" sh -c 'printf "%s\n" "$1"; false' - "exit code $rc (expected $2): $said"
	fi
}
# dm COMMAND...: dmsetup by hand on node1, where no udev runs
dm() { on node1 "DM_DISABLE_UDEV=1 dmsetup $*"; }
table() { on node1 "dmsetup table $GATE 2>/dev/null"; }
# live: "open", "closed" and so on, with what else is wrong; from dmsetup, not from Ferry
live() {
	on node1 "t=\$(dmsetup table $GATE 2>/dev/null) || { echo absent; exit; }
		set -- \$t; case \$3 in linear) s=open ;; error) s=closed ;; *) s=\${3:-none} ;; esac
		dmsetup info -c --noheadings -o suspended $GATE | grep -q Suspended && s=\$s,suspended
		dmsetup info $GATE | grep -q 'Tables present:.*INACTIVE' && s=\$s,loaded
		echo \$s"
}
in_sync() { on node1 'drbdadm dstate r1' | grep -q '^UpToDate/UpToDate'; }
holders() { on node1 'ls /sys/block/drbd1/holders'; }

for node in node1 node2; do
	on -t 60 $node "dmsetup remove $GATE 2>/dev/null; ferry-drbd stop --drbd-resource r1 --timeout 60000" >/dev/null 2>&1
done
for node in node1 node2; do
	on -t 90 $node 'ferry-drbd start --drbd-resource r1 --timeout 60000' >/dev/null 2>&1 &
	last=$!
done
wait "$last"
wait_until "r1 in sync" 60 in_sync
sectors=$(($(on node1 'cat /sys/block/drbd1/size') - 2048))
error="0 $sectors error"
linear="0 $sectors linear 147:1 0"

# --- on a Secondary ---
gate monitor ''
wants "a closed gate: monitor says 7" 7
gate open
wants "it is not opened on a Secondary" 1 'Secondary here; promote it first'
is "and nothing was changed" "$(live)" closed
try node1 "dd if=/dev/mapper/$GATE of=/dev/null bs=512 count=1 iflag=direct"
wants "a read through a closed gate" 1 'Input/output error'
try node1 "dd if=/dev/zero of=/dev/mapper/$GATE bs=512 count=1 oflag=direct"
wants "a write through a closed gate" 1 'Input/output error'

# told FILTER: what the last status said of volume 0
status() { gate 'status --json' ''; }
told() { printf '%s\n' "$said" | jq -r ".volumes[0] | $1"; }
status
wants "status of a closed gate" 0
is "it is closed and leads nowhere, nobody has it open" "$(told '"\(.state) \(.leads_to) \(.openers) \(.holder)"')" "closed null 0 null"
is "its length" "$(told .sectors)" "$sectors"

# --- open, close, again and again ---
disk node1 promote
wants "promoted" 0
gate open
wants "open" 0
is "a linear table onto DRBD, without the stamp's MiB" "$(table)" "$linear"
gate open
wants "opening it again" 0
gate monitor ''
wants "monitor says 0" 0
status
wants "status of an open gate" 0
is "it is open onto DRBD's device, with that one's length" \
	"$(told '"\(.state) \(.suspended) \(.leads_to.device) \(.leads_to.major):\(.leads_to.minor) \(.leads_to.sectors)"')" \
	"open false /dev/drbd1 147:1 $((sectors + 2048))"
try node1 "exec 9</dev/mapper/$GATE; ferry-gate status --drbd-resource r1"
wants "status names a process that has it open" 0 '^  open       1 time: process [0-9]+ '
is "its UUID is Ferry's" "$(dm info -c --noheadings -o uuid $GATE)" FERRY-r1-0
disk node1 demote
wants "DRBD cannot be demoted below an open gate" 1 "$GATE"

# --- the stamp's place ---
on node1 "dd if=/dev/urandom of=/tmp/stamp bs=1M count=1 status=none
	dd if=/tmp/stamp of=/dev/drbd1 oflag=seek_bytes,direct seek=$((sectors * 512)) bs=1M status=none"
try node1 "dd if=/dev/zero of=/dev/mapper/$GATE oflag=seek_bytes,direct seek=$((sectors * 512)) bs=4096 count=1"
wants "the guest cannot write behind the end of its gate" 1 'No space left'
try node1 "dd if=/dev/drbd1 iflag=skip_bytes,direct skip=$((sectors * 512)) bs=1M count=1 status=none | cmp - /tmp/stamp"
wants "the stamp's MiB is as it was" 0
on node1 "dd if=/dev/zero of=/dev/drbd1 oflag=seek_bytes,direct seek=$((sectors * 512)) bs=1M count=1 status=none"

# --- closing flushes ---
on node1 "dd if=/dev/urandom of=/tmp/data bs=1M count=8 status=none
	dd if=/tmp/data of=/dev/mapper/$GATE bs=1M status=none"
gate close
wants "close, with dirty pages in the cache of the gate" 0
is "an error table of the same length" "$(table | sed 's/ *$//')" "$error"
is "nobody holds the DRBD device" "$(holders)" ""
try node1 'dd if=/dev/drbd1 iflag=direct bs=1M count=8 status=none | cmp - /tmp/data'
wants "what was written is on the disk" 0
gate close
wants "closing it again" 0
try node1 "dd if=/dev/mapper/$GATE of=/dev/null bs=4096 count=1"
wants "its own cache does not serve a page either" 1 'Input/output error'

# --- every state, to each goal ---
# make STATE: the gate as a crash may leave it
make() {
	on node1 "DM_DISABLE_UDEV=1; export DM_DISABLE_UDEV
		dmsetup resume $GATE 2>/dev/null; dmsetup clear $GATE 2>/dev/null; dmsetup remove $GATE 2>/dev/null
		new() { dmsetup create $GATE -u FERRY-r1-0 --table \"\$1\"; }
		case $1 in
		absent) ;;
		closed) new '$error' ;;
		open) new '$linear' ;;
		closed,suspended) new '$error'; dmsetup suspend $GATE ;;
		open,suspended) new '$linear'; dmsetup suspend $GATE ;;
		closed,loaded) new '$error'; dmsetup load $GATE --table '$linear' ;;
		open,loaded) new '$linear'; dmsetup load $GATE --table '$error' ;;
		closed,suspended,loaded) new '$error'; dmsetup load $GATE --table '$linear'; dmsetup suspend $GATE ;;
		open,suspended,loaded) new '$linear'; dmsetup load $GATE --table '$error'; dmsetup suspend $GATE ;;
		none) dmsetup create $GATE -u FERRY-r1-0 --notable ;;
		esac"
}
for state in absent closed open closed,suspended open,suspended closed,loaded open,loaded closed,suspended,loaded \
	open,suspended,loaded; do
	make $state
	is "made by hand: $state" "$(live)" $state
	case $state in
	open) code=0 ;;
	open,*) code=1 ;;
	*) code=7 ;;
	esac
	gate monitor ''
	wants "$state: monitor says $code" $code
	gate open
	wants "$state: opens" 0
	is "$state: is open" "$(live)" open
	make $state
	case $state in absent) word=null ;; *,*) word=half ;; *) word=$state ;; esac
	status
	is "$state: status says $word" "$rc $(told .state)" "0 $word"
	is "$state: and leaves it as it is" "$(live)" "$state"
	gate close
	wants "$state: closes" 0
	case $state in
	absent) is "$state: stays absent" "$(live)" absent ;;
	*) is "$state: is closed" "$(live)" closed ;;
	esac
	is "$state: DRBD is let go" "$(holders)" ""
done
make none
gate monitor ''
wants "a device without a table: monitor says 7" 7
gate close
wants "it closes" 0
gate open
wants "it opens" 0
make none
disk node1 demote
wants "and DRBD can be demoted below it" 0
disk node1 promote

# --- refused ---
make absent
dm create $GATE -u SOMEBODY --table "'$error'"
gate monitor ''
wants "somebody else's device of this name: monitor says 1" 1 SOMEBODY
gate status ''
wants "status tells whose it seems to be" 0 'foreign .*SOMEBODY'
gate open
wants "it is not opened" 1 'in use by something'
is "and left alone" "$(live)" closed
dm remove $GATE
dm create $GATE -u FERRY-r1-0 --table "'0 $sectors zero'" 2>/dev/null && {
	gate open
	wants "a target that Ferry never makes is not opened" 1 'in use by something'
	dm remove $GATE
}
dm create $GATE -u FERRY-r1-0 --table "'0 $((sectors + 2048)) error'"
gate open
wants "a gate that is too long is not opened, though the kernel would" 1 'resized'
is "it is still closed, not suspended, nothing loaded" "$(live)" closed
make closed
try node2 "ferry-gate open --drbd-resource r1 --domain gatetest"
wants "the peer does not open while this node is Primary" 1 'promote it first'
gate close ''
wants "close without --domain" 6 'wants --domain'
gate open "--domain ../x"
wants "a domain that would leave its directory" 6 'a name has'

# --- frozen I/O: the stop comes back in its time, and the next one ends the matter ---
gate open
on node1 'drbdadm suspend-io r1'
try node1 "dd if=/dev/zero of=/dev/mapper/$GATE bs=4096 count=1 conv=notrunc status=none & sleep 0.2
	ferry-gate close --drbd-resource r1 --domain gatetest --timeout 4000"
wants "while DRBD freezes its I/O, close gives up in its time" 1 'closing the gate.*in time|no answer within'
no_suspend=$(live)
on node1 'drbdadm resume-io r1'
is "the gate was not left suspended" "${no_suspend%%,suspended*}" "$no_suspend"
gate close
wants "afterwards it closes" 0
is "and is closed" "$(live)" closed
is "DRBD is let go" "$(holders)" ""

# --- the agent ---
agent() {
	try node1 "env OCF_ROOT=/usr/lib/ocf OCF_RESKEY_drbd_resource=r1 OCF_RESKEY_domain=gatetest \
		OCF_RESKEY_CRM_meta_timeout=20000 /usr/lib/ocf/resource.d/ferry/gate $1"
}
agent monitor
wants "agent: closed" 7
agent start
wants "agent: start" 0
agent monitor
wants "agent: open" 0
agent stop
wants "agent: stop" 0
agent stop
wants "agent: stop again" 0
agent validate-all
wants "agent: validate-all" 0
agent meta-data
wants "agent: meta-data" 0 '<resource-agent name="gate"'
agent promote
wants "agent: an action that it has not" 3

for node in node1 node2; do disk $node stop; done
is "the disk's stop takes the gate away" "$(live)" absent
[ -n "${FERRY_TEST_ALONE:-}" ] || is "nothing has failed" "$(failures)" ""
test_end
