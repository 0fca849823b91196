# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for guests: the witness (guest/witness.S) and how it is followed.

# guest_build: the tools and the boot sector, once for each lab
guest_build() {
	[ -e "$FERRY_LAB_DIR/bin/witness.bin" ] && return
	gcc -std=gnu11 -O1 -Wall -Wextra -o "$FERRY_LAB_DIR/bin/watch" "$FERRY_LAB/src/watch.c" &&
		as --32 -o "$FERRY_LAB_DIR/bin/witness.o" "$FERRY_LAB/guest/witness.S" &&
		ld -m elf_i386 -Ttext 0x7c00 --oformat binary -o "$FERRY_LAB_DIR/bin/witness.bin" "$FERRY_LAB_DIR/bin/witness.o"
}

# guest_uuid NAME: the same at every call
guest_uuid() { printf '%s' "$1" | md5sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-4\3-8\4-\5/'; }

# guest_xml NAME RESOURCE [MIB]: its domain XML on stdout
guest_xml() {
	sed "s/@NAME@/$1/; s/@UUID@/$(guest_uuid "$1")/; s/@RES@/$2/; s/@MEMORY@/${3:-32}/" \
		"$FERRY_LAB/guest/witness.xml.in" | sed "s/@NAME@/$1/"
}

# zero_end DEVICE: a shell command that zeroes its last MiB, where a stamp is
zero_end() { echo "dd if=/dev/zero of=$1 bs=4096 count=256 oflag=direct seek=\$((\$(blockdev --getsize64 $1) / 4096 - 256)) 2>/dev/null"; }

# guest_prepare NAME RESOURCE [MIB]: domain XML on both nodes; the witness on the resource's disk, which is left down and without a
# stamp; sector 1 is zeroed with it, on the second volume too, lest an earlier guest of this disk be taken for this one
guest_prepare() {
	guest_build || return 1
	for node in $DATA_NODES; do
		guest_xml "$@" | on -i "$node" "mkdir -p /etc/ferry && cat >/etc/ferry/$1.xml && sync" || return 1
		on "$node" "drbdadm up $2" || return 1
	done
	minor=$(($(echo "$2" | tr -dc 0-9)))
	wait_until "$2 to connect" 60 on node1 "drbdadm cstate $2 | grep -q Connected" || return 1
	on node1 "drbdadm primary $2 && $(zero_end "/dev/drbd$minor")" || return 1
	on -i node1 "dd of=/dev/drbd$minor bs=1024 oflag=direct conv=notrunc,sync 2>/dev/null" <"$FERRY_LAB_DIR/bin/witness.bin" || return 1
	[ ! -e "$FERRY_LAB_DIR/nodes/node1/$2v1.img" ] ||
		on node1 "dd if=/dev/zero of=/dev/drbd1$minor bs=1024 count=1 oflag=direct 2>/dev/null" || return 1
	on node1 "drbdadm secondary $2" || return 1
	for node in $DATA_NODES; do on "$node" "drbdadm down $2" || return 1; done
}

# volume_clear RESOURCE VOLUME: of a resource that is down, zeroed at both ends, where Ferry keeps its headers and a stamp
volume_clear() {
	clear_dev=/dev/drbd$(($2 * 10 + $(echo "$1" | tr -dc 0-9)))
	for node in $DATA_NODES; do on "$node" "drbdadm up $1" || return 1; done
	wait_until "$1 to be redundant" 60 redundant "$1" || return 1
	on node1 "drbdadm primary $1 && dd if=/dev/zero of=$clear_dev bs=1M count=1 oflag=direct &&
		$(zero_end "$clear_dev") &&
		blockdev --flushbufs $clear_dev && drbdadm secondary $1" 2>/dev/null || return 1
	for node in $DATA_NODES; do on "$node" "drbdadm down $1" || return 1; done
}

# witness_watch RESOURCE: follow the witness on it into $FERRY_LAB_DIR/witness.RESOURCE. r2v1 is the second volume of r2, for all
# of these verbs.
witness_watch() {
	# an earlier guest's on this disk must not write into the new one's account
	[ ! -e "$FERRY_LAB_DIR/watch.$1.pid" ] || kill "$(cat "$FERRY_LAB_DIR/watch.$1.pid")" 2>/dev/null
	rm -f "$FERRY_LAB_DIR/witness.$1"
	setsid "$FERRY_LAB_DIR/bin/watch" "node1=$FERRY_LAB_DIR/nodes/node1/$1.img" "node2=$FERRY_LAB_DIR/nodes/node2/$1.img" \
		</dev/null >"$FERRY_LAB_DIR/witness.$1" 2>/dev/null &
	echo $! >"$FERRY_LAB_DIR/watch.$1.pid"
}

witness_unwatch() {
	for pid in "$FERRY_LAB_DIR"/watch.*.pid; do
		[ -e "$pid" ] || continue
		kill "$(cat "$pid")" 2>/dev/null
		rm -f "$pid"
	done
}

# witness_now RESOURCE: "NONCE COUNTER ERRORS" as last seen on either replica
witness_now() { tail -n 1 "$FERRY_LAB_DIR/witness.$1" | cut -d' ' -f3-; }

# booted_anew RESOURCE NONCE: the guest on it is another boot than the one of this nonce
booted_anew() { [ "$(witness_now "$1" | cut -d' ' -f1)" != "$2" ]; }

# witness_ticks RESOURCE NUMBER: the counter has gone on by NUMBER since now
witness_ticks() {
	witness_from=$(witness_now "$1" | cut -d' ' -f2)
	wait_until "$2 ticks of the guest on $1" "${3:-60}" witness_past "$1" $((${witness_from:-0} + $2))
}
witness_past() { [ "$(witness_now "$1" | cut -d' ' -f2)" -ge "$2" ]; }

# witness_since RESOURCE MS: what was seen from this moment on (milliseconds of the epoch), judged: one line
#   "kept NONCE from COUNTER to COUNTER, longest pause MS ms, errors N" or "lost: why". Fails if lost.
witness_since() {
	awk -v since="$2" -v res="$1" '
	$1 < since { nonce = $3; counter = $4; last = $1; next }
	{
		if (from == "") from = counter == "" ? $4 : counter
		if (nonce != "" && $3 != nonce) lost = "booted anew: nonce " nonce " became " $3
		nonce = $3
		if (counter != "" && $4 < counter) back[$2]++
		if ($4 > counter) {
			if (counter != "" && $4 > counter + 1) skipped += $4 - counter - 1
			if (last != "" && $1 - last > pause) pause = $1 - last
			last = $1
			counter = $4
		}
		if ($5 > errors) errors = $5
	}
	END {
		# the slower replica is one write behind, never more, while both are connected
		if (lost == "" && errors > 0) lost = "its disk did not hold what its memory had written, or its memory changed, " errors " times"
		if (lost == "" && from == "") lost = "no sign of it"
		if (lost != "") { print "lost: " lost; exit 1 }
		printf "kept %s from %d to %d, longest pause %d ms, errors 0\n", nonce, from, counter, pause
	}' "$FERRY_LAB_DIR/witness.$1"
}
