# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to the cluster, case by case. node1 is where the guest runs at the start, node2 its peer.

A case: name, what is done (calls on the Cluster), what the simulator is told happens (options of crm_simulate),
which actions fail (each once, the first time that it comes), and where the guest must be in the end: a node,
"-" (stopped everywhere), "blocked" (by a failed migrate_to: a person must clean up) or a node with "without gate".
live: the guest must not be stopped before it has been moved.
"""
from dataclasses import dataclass, field


@dataclass
class Case:
    name: str
    end: str
    does: tuple = ()
    told: tuple = ()
    fails: tuple = ()
    live: bool = False
    after: str = "running"      # the case whose end this one starts from
    cut: str = ""               # the first transition is given up at this action,
    dies: str = ""              # as this node dies (empty: for no reason)
    stuck: str = ""             # known: the last plan can never be carried out; what the guest does meanwhile
    also: dict = field(default_factory=dict)    # where further guests must be


MOVE = (("run", "crm_resource", "--move", "-r", "vm1", "-N", "node2"),)
BAN = (("run", "crm_resource", "--ban", "-r", "vm1", "-N", "node1"),)
CLEAR = (("run", "crm_resource", "--clear", "-r", "vm1"),)


def standby(node, value="on"):
    return (("run", "crm_standby", "-N", node, "-v", value),)


def shutdown(*nodes):
    return tuple(("attribute", node, "shutdown", "1700000000") for node in nodes)


def injected(op, node, code):
    return (f"--op-inject={op}@{node}={code}",)


CASES = [
    Case("cold-start", "node1", after="empty"),
    Case("move", "node2", MOVE, live=True),
    Case("clear-after-move", "node2", CLEAR, after="move"),
    Case("move-back", "node1", CLEAR + (("run", "crm_resource", "--move", "-r", "vm1", "-N", "node1"),),
         live=True, after="move"),
    Case("ban", "node2", BAN, live=True),
    Case("standby-active", "node2", standby("node1"), live=True),
    Case("online-active", "node2", standby("node1", "off"), after="standby-active"),
    Case("standby-peer", "node1", standby("node2")),
    Case("online-peer", "node1", standby("node2", "off"), after="standby-peer"),
    Case("standby-both", "-", standby("node1") + standby("node2")),
    Case("shutdown-active", "node2", shutdown("node1"), live=True),
    Case("shutdown-peer", "node1", shutdown("node2")),
    Case("shutdown-cluster", "-", shutdown("node1", "node2", "node3")),
    Case("stop", "-", (("run", "crm_resource", "--meta", "-r", "vm1", "-p", "target-role", "-v", "Stopped"),)),

    Case("active-dies", "node2", told=("--node-fail=node1",)),
    Case("peer-dies", "node1", told=("--node-fail=node2",)),
    Case("quorum-node-dies", "node1", told=("--node-fail=node3",)),
    Case("active-returns", "node2", told=("--node-up=node1",), after="active-dies"),
    # Nobody has cleared the move: the node that it names dies, and calls the guest back when it returns. Live.
    Case("moved-to-dies", "node1", told=("--node-fail=node2",), after="move"),
    Case("moved-to-returns", "node2", told=("--node-up=node2",), live=True, after="moved-to-dies"),

    Case("vm-start-fails", "node2", after="empty", fails=("vm1_start_0@node1=1",)),
    Case("vm-monitor-gone", "node1", told=injected("vm1_monitor_10000", "node1", 7)),
    Case("vm-monitor-fails", "node1", told=injected("vm1_monitor_10000", "node1", 1)),
    Case("vm-monitor-fails-then-start", "node2", told=injected("vm1_monitor_10000", "node1", 7),
         fails=("vm1_start_0@node1=1",)),
    Case("vm-stop-fails", "node2", told=injected("vm1_monitor_10000", "node1", 1), fails=("vm1_stop_0@node1=1",)),
    Case("move-vm-stop-fails", "node2", MOVE, fails=("vm1_stop_0@node1=1",)),
    Case("migrate-to-fails", "blocked", MOVE, fails=("vm1_migrate_to_0@node1=1",)),
    Case("migrate-to-fails-active-dies", "node2", told=("--node-fail=node1",), after="migrate-to-fails"),
    Case("migrate-from-fails", "node2", MOVE, fails=("vm1_migrate_from_0@node2=1",)),

    Case("gate-monitor-closed", "node1", told=injected("gate-vm1_monitor_10000", "node1", 7)),
    Case("gate-monitor-fails", "node1", told=injected("gate-vm1_monitor_10000", "node1", 1)),
    Case("gate-start-fails", "node2", after="empty", fails=("gate-vm1_start_0@node1=1",)),
    Case("move-gate-start-fails", "node1", MOVE, fails=("gate-vm1_start_0@node2=1",)),
    Case("move-gate-stop-fails", "node2", MOVE, fails=("gate-vm1_stop_0@node1=1",)),

    Case("disk-start-fails", "node2", after="empty", fails=("disk-vm1_start_0@node1=1",)),
    Case("disk-promote-fails", "node2", after="empty", fails=("disk-vm1_promote_0@node1=1",)),
    Case("move-promote-fails", "node1", MOVE, fails=("disk-vm1_promote_0@node2=1",)),
    Case("move-demote-fails", "node2", MOVE, fails=("disk-vm1_demote_0@node1=1",)),
    Case("standby-disk-stop-fails", "node2", standby("node1"), fails=("disk-vm1_stop_0@node1=1",)),
    Case("standby-peer-disk-stop-fails", "node1", standby("node2"), fails=("disk-vm1_stop_0@node2=1",)),
    Case("disk-monitor-promoted-fails", "node2", told=injected("disk-vm1_monitor_10000", "node1", 1)),
    Case("disk-monitor-promoted-gone", "node2", told=injected("disk-vm1_monitor_10000", "node1", 7)),
    Case("disk-monitor-unpromoted-fails", "node1", told=injected("disk-vm1_monitor_20000", "node2", 1)),
    Case("disk-monitor-unpromoted-gone", "node1", told=injected("disk-vm1_monitor_20000", "node2", 7)),

    # Known limits, not successes. Where the disk has failed (migration-threshold=1) the guest must leave; if then its
    # move is refused as well (Ferry does so while the peer's disk is not up to date), on-fail=block takes vm1 out of
    # Pacemaker's hands. What Pacemaker wants next, to stop the failed disk, waits for a stop of vm1 that is never
    # planned. Nothing is lost and nothing moves until somebody repairs the disk, then cleans up: disk and gate first
    # ("crm resource cleanup disk-vm1", "... gate-vm1"), after that "crm resource refresh vm1". Meanwhile Pacemaker
    # neither stops nor moves vm1; only where its node dies and is fenced it is started on the other.
    Case("disk-fails-migrate-to-refuses", "blocked", told=injected("disk-vm1_monitor_10000", "node1", 1),
         fails=("vm1_migrate_to_0@node1=1",), stuck="the guest runs on, on the node of the failed disk"),
    Case("disk-promote-fails-migrate-to-refuses", "blocked", after="empty",
         fails=("disk-vm1_promote_0@node1=1", "vm1_migrate_to_0@node1=1"),
         stuck="the guest does not run: it waits paused behind a closed gate"),
    Case("disk-fails-migrate-to-refuses-active-dies", "node2", told=("--node-fail=node1",),
         after="disk-fails-migrate-to-refuses"),
    Case("disk-promote-fails-migrate-to-refuses-active-dies", "node2", told=("--node-fail=node1",),
         after="disk-promote-fails-migrate-to-refuses"),

    Case("gate-start-fails-on-both", "node2 without gate", after="empty",
         fails=("gate-vm1_start_0@node1=1", "gate-vm1_start_0@node2=1")),
    Case("vm-start-fails-on-both", "-", after="empty", fails=("vm1_start_0@node1=1", "vm1_start_0@node2=1")),
    Case("move-demote-fails-stop-fails", "node2", MOVE,
         fails=("disk-vm1_demote_0@node1=1", "disk-vm1_stop_0@node1=1")),

    Case("two-cross", "node2", (("run", "crm_resource", "--move", "-r", "vm1", "-N", "node2"),
                                ("run", "crm_resource", "--move", "-r", "vm2", "-N", "node1")),
         live=True, after="two-running", also={"vm2": "node1"}),
    Case("two-standby", "node2", standby("node1"), live=True, after="two-running", also={"vm2": "node2"}),
    Case("two-active-dies", "node2", told=("--node-fail=node1",), after="two-running", also={"vm2": "node2"}),
]

# A move, given up at each of its steps: for no reason, and as either node dies.
STEPS = (("vm1_migrate_to", "node1"), ("vm1_migrate_from", "node2"), ("vm1_stop", "node1"),
         ("gate-vm1_stop", "node1"), ("disk-vm1_demote", "node1"), ("disk-vm1_promote", "node2"),
         ("gate-vm1_start", "node2"))
for step, node in STEPS:
    at = f"{step}_0@{node}"
    name = step.replace("_", "-").replace("-vm1", "")
    CASES += [Case(f"cut-at-{name}", "node2", MOVE, cut=at),
              Case(f"active-dies-at-{name}", "node2", MOVE, cut=at, dies="node1"),
              Case(f"target-dies-at-{name}", "node1", MOVE, cut=at, dies="node2")]
