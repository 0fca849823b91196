# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Verbs for the Linux guest (guest/linux-init.c): Debian's kernel and one process that checks memory and disk against each
# other. It writes the witness's sector too, so the witness verbs of guest.sh (witness_now, witness_since ...) follow it.

# linux_build: its initramfs, once for each lab: the program, and the modules its disk needs
linux_build() {
	LINUX_VERSION=$(for image in /boot/vmlinuz-*; do
		version=${image#/boot/vmlinuz-}
		[ -d "/lib/modules/$version" ] && echo "$version"
	done | sort -V | tail -n 1)
	[ -n "$LINUX_VERSION" ] || { echo "linux_build: no kernel in /boot (Debian: linux-image-amd64)" >&2; return 1; }
	linux_initrd=$FERRY_LAB_DIR/bin/linux.cpio.gz
	[ -e "$linux_initrd" ] && return
	linux_root=$FERRY_LAB_DIR/bin/linux.root
	mkdir -p "$linux_root/modules" "$linux_root/dev" &&
		gcc -std=gnu11 -O1 -Wall -Wextra -static -o "$linux_root/init" "$FERRY_LAB/guest/linux-init.c" || return 1
	linux_number=0
	modprobe -S "$LINUX_VERSION" -a --show-depends virtio_pci virtio_blk | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r module; do
			cp "$module" "$linux_root/modules/$(printf '%02d' $linux_number).ko" || return 1
			linux_number=$((linux_number + 1))
		done
	(cd "$linux_root" && find . | cpio -o -H newc --quiet | gzip -1) >"$linux_initrd.new" &&
		mv "$linux_initrd.new" "$linux_initrd"
}

# linux_xml NAME RESOURCE [MIB]
linux_xml() {
	sed "s/@NAME@/$1/g; s/@UUID@/$(guest_uuid "$1")/; s/@RES@/$2/; s/@MEMORY@/${3:-128}/
		s|@KERNEL@|/boot/vmlinuz-$LINUX_VERSION|; s|@INITRD@|$FERRY_LAB_DIR/bin/linux.cpio.gz|" "$FERRY_LAB/guest/linux.xml.in"
}

# linux_up VM RESOURCE: guest prepared, configuration loaded, guest runs (as ferry_up does for the witness)
linux_up() {
	linux_build && guest_prepare "$1" "$2" || return 1
	for node in $DATA_NODES; do
		linux_xml "$1" "$2" | on -i "$node" "cat >/etc/ferry/$1.xml" || return 1
	done
	witness_watch "$2"
	ferry_config "$1" "$2" >"$FERRY_LAB_DIR/$1.crm"
	crm_load "$FERRY_LAB_DIR/$1.crm" || return 1
	wait_until "the guest $1 to run" 180 test -s "$FERRY_LAB_DIR/witness.$2"
}

# linux_gone VM RESOURCE: stopped, and out of the configuration
linux_gone() {
	on node3 "crm resource stop $1; crm_resource --wait --timeout=120s; crm -F configure delete $1 gate-$1 c-disk-$1 disk-$1" \
		>/dev/null 2>&1
	cluster_idle 120
	on node3 "! crm_resource --locate -r $1 2>/dev/null | grep -q 'running on'"
}
