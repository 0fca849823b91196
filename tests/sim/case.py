# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens to the cluster: one Case of a shape's list.

node1 is where the guest runs at the start, node2 its peer. A case: name, where the guest must be in the end (a node, "-"
(stopped everywhere) or "blocked" (by a failed migrate_to: a person must clean up), and what the shape's own
wrong_end() knows besides), what is done (calls on the Cluster), what the simulator is told happens (options of
crm_simulate), which actions fail (each once, the first time that it comes).
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
    guests: int = 1             # vm1, vm2 ...
    also: dict = field(default_factory=dict)    # where guests must be that are not where CASE.end says


MOVE = (("run", "crm_resource", "--move", "-r", "vm1", "-N", "node2"),)
BAN = (("run", "crm_resource", "--ban", "-r", "vm1", "-N", "node1"),)
CLEAR = (("run", "crm_resource", "--clear", "-r", "vm1"),)


def standby(node, value="on"):
    return (("run", "crm_standby", "-N", node, "-v", value),)


def shutdown(*nodes):
    return tuple(("attribute", node, "shutdown", "1700000000") for node in nodes)


def injected(op, node, code):
    return (f"--op-inject={op}@{node}={code}",)


def ends(case):
    """{guest: where it must be}"""
    return {f"vm{n}": case.also.get(f"vm{n}", case.end) for n in range(1, case.guests + 1)}


def move(guest, node):
    return (("run", "crm_resource", "--move", "-r", guest, "-N", node),)


def many(size, live=True):
    """What is done to that many guests that all run on node1. LIVE: a planned leave costs no memory."""
    return [Case(f"{size}-standby", "node2", standby("node1"), guests=size, live=live, after=f"{size}-running"),
            Case(f"{size}-active-dies", "node2", told=("--node-fail=node1",), guests=size, after=f"{size}-running"),
            Case(f"{size}-move-one", "node1", move("vm7", "node2"), guests=size, live=live, after=f"{size}-running",
                 also={"vm7": "node2"})]
