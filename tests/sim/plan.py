# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan of the scheduler, read from the transition graph it saves (crm_simulate -G).

An action may begin when all actions it waits for have ended: the graph is a partial order, and what
crm_simulate prints is only one way to walk it. Here the order itself is kept.
"""
import heapq
import xml.etree.ElementTree as ET

# What changes something. Monitors, notifies and pseudo actions only carry order.
TASKS = ("start", "stop", "promote", "demote", "migrate_to", "migrate_from", "stonith", "do_shutdown")


class Action:
    def __init__(self, element):
        self.id = element.get("id")
        self.kind = element.tag
        self.task = element.get("operation")
        self.node = element.get("on_node")
        primitive = element.find("primitive")
        self.resource = primitive.get("id").split(":")[0] if primitive is not None else None
        attributes = element.find("attributes")
        self.source = attributes.get("CRM_meta_migrate_source") if attributes is not None else None
        self.target = attributes.get("CRM_meta_migrate_target") if attributes is not None else None

    def matters(self):
        return self.kind != "pseudo_event" and self.task in TASKS and self.resource != "fencing"

    def __str__(self):
        if self.task == "stonith":
            return f"fence {self.node}"
        if self.task == "do_shutdown":
            return f"shut down {self.node}"
        if self.task == "migrate_to":
            return f"{self.resource} migrate_to {self.node} (for {self.target})"
        return f"{self.resource} {self.task} {self.node}"


class Plan:
    """actions: id -> Action; before: id -> set of all ids (transitively) that must have ended"""

    def __init__(self, file):
        self.actions = {}
        direct = {}
        for synapse in ET.parse(file).getroot().findall("synapse"):
            waits = {t[0].get("id") for t in synapse.findall("inputs/trigger")}
            for element in synapse.find("action_set"):
                action = Action(element)
                self.actions[action.id] = action
                direct[action.id] = waits
        self.stuck = []
        self.before = self._close(direct)
        self.of = {}    # resource ("stonith" of any node) -> its actions that matter
        for i in self.before:
            if self.actions[i].matters():
                key = "stonith" if self.actions[i].task == "stonith" else self.actions[i].resource
                self.of.setdefault(key, []).append(i)

    def _close(self, direct):
        """Transitive closure. An action that waits for itself, or for one that is not planned, never begins:
        it is left out, and told in self.stuck."""
        before = {}
        left = dict(direct)
        while left:
            ready = [a for a, waits in left.items() if all(w in before for w in waits)]
            if not ready:
                self.stuck = sorted(str(self.actions[a]) for a in left if self.actions[a].matters())
                return before
            for a in ready:
                waits = left.pop(a)
                before[a] = set(waits).union(*(before[w] for w in waits))
        return before

    def steps(self, only=None):
        """The actions that matter (of ONLY these), each after all that it waits for, in an order that only
        depends on the plan's meaning: the ids are the scheduler's own affair."""
        todo = {a for a in (self.before if only is None else only) if self.actions[a].matters()}
        left = {a: self.before[a] & todo for a in todo}
        after = {}
        for a, waits in left.items():
            for w in waits:
                after.setdefault(w, []).append(a)
        ready = [(str(self.actions[a]), a) for a, waits in left.items() if not waits]
        heapq.heapify(ready)
        out = []
        while ready:
            _, first = heapq.heappop(ready)
            out.append(first)
            for a in after.get(first, ()):
                left[a].remove(first)
                if not left[a]:
                    heapq.heappush(ready, (str(self.actions[a]), a))
        return out

    def text(self, only=None, renamed=str):
        """One line an action (of ONLY these), with the numbers of those that it directly waits for."""
        steps = self.steps(only)
        number = {a: i + 1 for i, a in enumerate(steps)}
        lines = []
        for a in steps:
            waits = self.before[a] & set(steps)
            direct = [w for w in waits if not any(w in self.before[v] for v in waits)]
            after = " ".join(str(n) for n in sorted(number[w] for w in direct))
            line = f"  {number[a]:2} {renamed(str(self.actions[a]))}"
            lines.append(f"{line:<50} after {after}" if after else line)
        if self.stuck and only is None:
            lines.append("   never: " + ", ".join(self.stuck))
        return lines


def by_guest(plan, guests):
    """A plan of many guests, told once for all that are treated alike: the actions of one of them, with the
    numbers of those that each waits for. Whatever else there is, and whatever waits for another guest, follows."""
    alike, whose, out = {}, {}, []
    for g in guests:
        mine = g.actions(plan)
        lines = tuple(plan.text(mine, g.anonymous))
        alike.setdefault(lines, []).append(g)
        whose.update((i, g) for i in mine if plan.actions[i].resource)
    for lines, which in alike.items():
        out += [f"  {len(which):3} guests{':' if lines else ': nothing'}"] + [f"    {line}" for line in lines]
    out += [f"  {plan.actions[a]}" for a in plan.steps() if a not in whose]
    waiting = {g.memory for i, g in whose.items() for w in plan.before[i] if whose.get(w, g) is not g}
    if waiting:
        out.append(f"  {len(waiting)} guests wait for an action of another guest")
    return out
