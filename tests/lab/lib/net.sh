# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The lab's three networks, in a network namespace of its own. Each is a bridge; each node has a tap on each of them:
#   mgmt     10.79.0.0/24  taps m1..m3   `on` and the power switch; never cut by a test of the cluster
#   cluster  10.77.0.0/24  taps c1..c3   corosync; the nodes' names; libvirt's migration, unless told otherwise
#   data     10.78.0.0/24  taps d1..d3   DRBD; names node1-data ...
# A cut link is a tap taken off its bridge: the node still has its carrier, and hears nothing.

in_net() { ip netns exec "$NETNS" "$@"; }

net_up() {
	ip netns add "$NETNS" || return 1
	{
		echo "link set lo up"
		for net in mgmt:m:79 cluster:c:77 data:d:78; do
			bridge=br-${net%%:*} tap=${net#*:}
			byte=${tap#*:} tap=${tap%:*}
			echo "link add $bridge type bridge"
			echo "link set $bridge up"
			echo "address add 10.$byte.0.254/24 dev $bridge"
			for n in 1 2 3; do
				echo "tuntap add $tap$n mode tap"
				echo "link set $tap$n master $bridge up"
			done
		done
	} | ip -n "$NETNS" -batch -
}

net_down() { if [ -e "/run/netns/$NETNS" ]; then ip netns del "$NETNS"; fi; }

# taps NODE LINK: words for ip, "tap bridge" a line
taps() {
	case $2 in
	cluster) echo "c${1#node} br-cluster" ;;
	data) echo "d${1#node} br-data" ;;
	all) echo "c${1#node} br-cluster" && echo "d${1#node} br-data" ;;
	*) echo "no such link: $2 (cluster, data, all)" >&2; return 1 ;;
	esac
}

# cut NODE cluster|data|all: NODE neither hears nor is heard there
cut_link() { taps "$1" "$2" | while read -r tap _; do ip -n "$NETNS" link set "$tap" nomaster; done; }

heal_link() { taps "$1" "$2" | while read -r tap bridge; do ip -n "$NETNS" link set "$tap" master "$bridge"; done; }

heal_all() { for n in node1 node2 node3; do heal_link $n all; done; }
