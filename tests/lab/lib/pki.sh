# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for the transports that want to know who is who: certificates for libvirt and QEMU, keys for ssh.

# pki_ca [NAME]: a CA of this name
pki_ca() {
	mkdir -p "$FERRY_LAB_DIR/pki" && chmod 700 "$FERRY_LAB_DIR/pki" || return 1
	ca=$FERRY_LAB_DIR/pki/${1:-ca}
	[ -e "$ca.pem" ] && return
	cat >"$FERRY_LAB_DIR/pki/cnf" <<-'CNF'
	[req]
	distinguished_name = dn
	[dn]
	[ca]
	basicConstraints = critical, CA:TRUE
	keyUsage = critical, keyCertSign
	CNF
	openssl req -x509 -config "$FERRY_LAB_DIR/pki/cnf" -extensions ca -newkey rsa:2048 -nodes -days 30 \
		-subj "/CN=${1:-ca} of the lab" -keyout "$ca.key" -out "$ca.pem" 2>/dev/null
}

# pki_sign NAME SUBJECTS [DAYS [CA]]: NAME.pem and NAME.key, for server and client, with these names and addresses
# (DNS:node1,IP:10.77.0.1); DAYS below zero: not valid any more
pki_sign() {
	pki_ca "${4:-ca}" || return 1
	cert=$FERRY_LAB_DIR/pki/$1
	printf '%s\n' 'keyUsage = digitalSignature, keyEncipherment' 'extendedKeyUsage = serverAuth, clientAuth' \
		"subjectAltName = $2" >"$cert.ext"
	openssl req -new -config "$FERRY_LAB_DIR/pki/cnf" -newkey rsa:2048 -nodes -subj "/CN=$1" \
		-keyout "$cert.key" -out "$cert.csr" 2>/dev/null &&
		openssl x509 -req -in "$cert.csr" -CA "$FERRY_LAB_DIR/pki/${4:-ca}.pem" -CAkey "$FERRY_LAB_DIR/pki/${4:-ca}.key" \
			-CAcreateserial -days "${3:-30}" -extfile "$cert.ext" -out "$cert.pem" 2>/dev/null
}

# pki_node NODE: its own certificate, with its names and addresses on the cluster and the data network
pki_node() {
	n=${1#node}
	[ -e "$FERRY_LAB_DIR/pki/$1.pem" ] ||
		pki_sign "$1" "DNS:$1,DNS:$1-data,IP:10.77.0.$n,IP:10.78.0.$n,IP:fd00:78::$n"
}

# pki_install NODE libvirt|qemu [CERTIFICATE [CA]]: where that one looks for it; the node's own if no other is named
pki_install() {
	put "$1" "$FERRY_LAB_DIR/pki/${4:-ca}.pem" /tmp/pki.ca && put "$1" "$FERRY_LAB_DIR/pki/${3:-$1}.pem" /tmp/pki.cert &&
		put "$1" "$FERRY_LAB_DIR/pki/${3:-$1}.key" /tmp/pki.key || return 1
	# shellcheck disable=SC2016 # the node expands it
	on "$1" 'umask 077; cd /tmp
		if [ '"$2"' = qemu ]; then
			mkdir -p /etc/pki/qemu && cp pki.ca /etc/pki/qemu/ca-cert.pem
			for end in server client; do
				cp pki.cert /etc/pki/qemu/$end-cert.pem && cp pki.key /etc/pki/qemu/$end-key.pem || exit 1
			done
		else
			mkdir -p /etc/pki/CA /etc/pki/libvirt/private && cp pki.ca /etc/pki/CA/cacert.pem
			for end in server client; do
				cp pki.cert /etc/pki/libvirt/${end}cert.pem && cp pki.key /etc/pki/libvirt/private/${end}key.pem || exit 1
			done
		fi
		rm -f pki.ca pki.cert pki.key'
}

# libvirtd_again NODE: libvirtd there is another process, which answers; guests and moves of others are not its children
libvirtd_again() {
	# shellcheck disable=SC2016 # the node expands it
	on -t 150 "$1" 'old=$(pgrep -x libvirtd); kill $old; while pgrep -x libvirtd | grep -qx "$old"; do sleep 0.1; done
		"'"$FERRY_LAB"'"/node/cluster libvirt; virsh -q list >/dev/null'
}

# tls_up: both nodes have certificates, and a libvirtd that listens for tls as well
tls_up() {
	for node in $DATA_NODES; do
		pki_node "$node" && pki_install "$node" libvirt && pki_install "$node" qemu || return 1
		on "$node" "grep -qx 'listen_tls = 1' /etc/libvirt/libvirtd.conf" && continue
		on "$node" "sed -i 's/^listen_tls = 0/listen_tls = 1/' /etc/libvirt/libvirtd.conf && sync" &&
			libvirtd_again "$node" || return 1
	done
}

# ssh_up: root gets from each node to the other, by every name and address, without a question
ssh_up() {
	mkdir -p "$FERRY_LAB_DIR/pki" && chmod 700 "$FERRY_LAB_DIR/pki" || return 1
	for key in host root; do
		[ -e "$FERRY_LAB_DIR/pki/ssh_$key" ] ||
			ssh-keygen -q -t ed25519 -N '' -C "lab $key" -f "$FERRY_LAB_DIR/pki/ssh_$key" || return 1
	done
	for node in $DATA_NODES; do
		on "$node" 'umask 077; mkdir -p /root/.ssh /run/sshd /etc/ssh/lab' || return 1
		put "$node" "$FERRY_LAB_DIR/pki/ssh_host" /etc/ssh/lab/host && put "$node" "$FERRY_LAB_DIR/pki/ssh_root" /root/.ssh/id_ed25519 &&
			put "$node" "$FERRY_LAB_DIR/pki/ssh_root.pub" /root/.ssh/authorized_keys || return 1
		echo "* $(cut -d' ' -f1,2 "$FERRY_LAB_DIR/pki/ssh_host.pub")" | on -i "$node" 'cat >/root/.ssh/known_hosts' || return 1
		on "$node" 'chmod 600 /etc/ssh/lab/host /root/.ssh/id_ed25519 && { pgrep -x sshd >/dev/null ||
			setsid /usr/sbin/sshd -f /dev/null -o HostKey=/etc/ssh/lab/host -o UsePAM=no -o PidFile=none </dev/null >/var/log/sshd.out 2>&1; }' ||
			return 1
	done
	for node in $DATA_NODES; do
		wait_until "ssh from $node" 60 on "$node" "ssh -n -o BatchMode=yes root@$(other "$node")-data true" || return 1
	done
}
