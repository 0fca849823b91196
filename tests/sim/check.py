# SPDX-License-Identifier: GPL-2.0-or-later
"""Walks every order in which a plan can be carried out, and looks for what must never be possible.

Each action begins and ends; it may begin when all that it waits for has ended. For one guest (memory, gate,
disk) few actions matter, so every interleaving of their begins and ends is really visited.

What is assumed of the agents is their contract (doc/architecture.md, section 2):
- a guest can run on a node where its memory is and its gate is open, and nowhere else;
- while an action that opens or promotes is under way, it counts as done; one that closes, demotes or ends
  something counts as not done;
- after migrate_to the source's memory is gone; a fenced node has nothing.
"""
import re

PROMOTED, GATE, MEMORY = "Promoted", "open gate", "memory"
ENDS = {"demote": (PROMOTED,), "migrate_to": (MEMORY,), "stonith": (PROMOTED, GATE, MEMORY)}


class Guest:
    """The three resources of a guest, by the names the examples use."""
    primaries = 1       # at most so many at once

    def __init__(self, name):
        self.disk, self.gate, self.memory = f"disk-{name}", f"gate-{name}", name
        self.resources = (self.disk, self.gate, self.memory)

    def anonymous(self, text):
        """Without the guest's own name: what guests that are treated alike have in common."""
        return re.sub(rf"\b{self.memory}\b", "VM", text)

    def actions(self, plan):
        return [i for key in ("stonith", *self.resources) for i in plan.of.get(key, ())]

    def facts(self, state):
        """The starting point: {(what, node)}, as the scheduler believes it."""
        out = set()
        for node, role in state.roles.get(self.disk, {}).items():
            if role == "Promoted":
                out.add((PROMOTED, node))
        for what, resource in ((GATE, self.gate), (MEMORY, self.memory)):
            out.update((what, node) for node in state.roles.get(resource, {}))
        return frozenset(out)

    def begins(self, action, facts):
        """Facts once ACTION has begun."""
        on = action.node
        if action.resource == self.disk and action.task == "promote":
            return facts | {(PROMOTED, on)}
        if action.resource == self.gate and action.task == "start":
            return facts | {(GATE, on)}
        if action.resource == self.memory and action.task == "start":
            return facts | {(MEMORY, on)}
        if action.resource == self.memory and action.task == "migrate_to":
            return facts | {(MEMORY, action.target)}
        return facts

    def ends(self, action, facts):
        """Facts once ACTION has ended."""
        gone = ENDS.get(action.task, ())
        if action.task == "stop":
            gone = {self.disk: (PROMOTED,), self.gate: (GATE,), self.memory: (MEMORY,)}[action.resource]
        return frozenset(f for f in facts if f[1] != action.node or f[0] not in gone)

    @staticmethod
    def runs_on(facts):
        return sorted(n for what, n in facts if what == MEMORY and (GATE, n) in facts)

    @staticmethod
    def has_disk(facts, node):
        return (PROMOTED, node) in facts

    def faults(self, facts):
        """What else is wrong with a situation in this shape."""
        return ()


class SharedGuest(Guest):
    """A guest without a gate: it runs where its memory is. libvirt lets it run on the target as migrate_to ends."""

    def __init__(self, name):
        super().__init__(name)
        self.disk = self.gate = ""
        self.resources = (name,)

    def begins(self, action, facts):
        return facts if action.task == "migrate_to" else super().begins(action, facts)

    def ends(self, action, facts):
        out = super().ends(action, facts)
        return out | {(MEMORY, action.target)} if action.task == "migrate_to" else out

    @staticmethod
    def runs_on(facts):
        return sorted(n for what, n in facts if what == MEMORY)

    @staticmethod
    def has_disk(facts, node):
        return True


class PlainGuest(Guest):
    """A guest on its DRBD device itself, never live: it runs where its memory is, and is promoted before that."""

    def __init__(self, name):
        super().__init__(name)
        self.gate = ""
        self.resources = (self.disk, name)

    @staticmethod
    def runs_on(facts):
        return sorted(n for what, n in facts if what == MEMORY)

    def faults(self, facts):
        where = self.runs_on(facts)
        if len(where) > 1:
            yield f"{self.memory} may run on {' and '.join(where)} at once"


def faults_of(guest, action, facts, running, done, mine, plan):
    """What is wrong if ACTION begins here and now. FACTS: just before it begins; RUNNING: actions under
    way; DONE: those that have ended; MINE: all of this guest."""
    on = action.node
    if not guest.gate and action.resource == guest.memory and action.task == "start":
        for node in guest.runs_on(facts):
            if node != on:
                yield f"{action} while {guest.memory} may run on {node}"
    if action.resource == guest.gate and action.task == "start":
        if (PROMOTED, on) not in facts:
            yield f"{action} before the disk is Promoted there"
        for other in running:
            a = plan.actions[other]
            if a.resource == guest.disk and a.task in ("promote", "demote") and a.node == on:
                yield f"{action} while {a}"
        # The gate's start is what lets the guest run: a guest that comes later would find it open.
        for i in mine:
            a = plan.actions[i]
            if i not in done and a.resource == guest.memory and on == {"start": a.node, "migrate_from": a.node,
                                                                       "migrate_to": a.target}.get(a.task):
                yield f"{action} {'while' if i in running else 'before'} {a}"
    if action.resource == guest.disk and action.task in ("demote", "stop") and (PROMOTED, on) in facts:
        if on in guest.runs_on(facts):
            yield f"{action} while {guest.memory} may run there"
        elif (GATE, on) in facts:
            yield f"{action} while {guest.gate} is open there"
        elif (MEMORY, on) in facts:
            # Held behind a closed gate: whoever moves it from here still has a certificate to write.
            yield f"{action} while {guest.memory} is held there"
    if action.resource == guest.gate and action.task == "stop":
        for a in (plan.actions[o] for o in running):
            if a.task == "migrate_to" and a.node == on:
                yield f"{action} during {a}"
        to = [i for i in mine if plan.actions[i].task == "migrate_to" and
              plan.actions[i].resource == guest.memory and plan.actions[i].node == on]
        if any(i not in done and i not in running for i in to):
            yield f"{action} before migrate_to"


def faults_in(guest, facts):
    """What is wrong with a situation, whatever led to it."""
    promoted = sorted(n for what, n in facts if what == PROMOTED)
    if len(promoted) > guest.primaries:
        yield f"{guest.disk} Promoted on {' and '.join(promoted)} at once"
    where = guest.runs_on(facts)
    # Without a gate Pacemaker's belief is all there is; after a failed migrate_from it believes in both ends.
    if len(where) > 1 and guest.gate:
        yield f"{guest.memory} may run on {' and '.join(where)} at once"
    for node in where:
        if not guest.has_disk(facts, node):
            yield f"{guest.memory} may run on {node} without its disk"
    yield from guest.faults(facts)


def check(plan, state, guests, failed_demotes=()):
    """All faults of a plan that starts from STATE, sorted; none: the plan is safe. The scheduler counts a disk
    whose demotion failed as Unpromoted; here it is still Promoted."""
    found = set()
    if plan.stuck:
        found.add("never begins: " + ", ".join(plan.stuck))
    for guest in guests:
        mine = set(guest.actions(plan))
        undemoted = {(PROMOTED, f.split("@")[1].split("=")[0]) for f in failed_demotes
                     if f.startswith(guest.disk + "_")}
        start = (guest.facts(state) | undemoted, frozenset(), frozenset())
        found.update(faults_in(guest, start[0]))
        seen, todo = {start}, [start]
        while todo:
            facts, running, done = todo.pop()
            following = []
            for a in mine - running - done:
                if not (plan.before[a] & mine) <= done:
                    continue
                found.update(faults_of(guest, plan.actions[a], facts, running, done, mine, plan))
                following.append((guest.begins(plan.actions[a], facts), running | {a}, done))
            for a in running:
                following.append((guest.ends(plan.actions[a], facts), running - {a}, done | {a}))
            for step in following:
                if step not in seen:
                    found.update(faults_in(guest, step[0]))
                    seen.add(step)
                    todo.append(step)
    return sorted(found)
