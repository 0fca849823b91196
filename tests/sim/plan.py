# SPDX-License-Identifier: GPL-2.0-or-later
"""A plan of the scheduler, read from the transition graph it saves (crm_simulate -G).

An action may begin when all actions it waits for have ended: the graph is a partial order, and what
crm_simulate prints is only one way to walk it. Here the order itself is kept.
"""
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

    def steps(self):
        """The actions that matter, each after all that it waits for, in an order that only depends
        on the plan's meaning: the ids are the scheduler's own affair."""
        todo = {a for a in self.before if self.actions[a].matters()}
        out = []
        while todo:
            ready = [a for a in todo if not self.before[a] & todo]
            first = min(ready, key=lambda a: str(self.actions[a]))
            out.append(first)
            todo.remove(first)
        return out

    def text(self):
        """One line an action, with the numbers of those that it directly waits for."""
        steps = self.steps()
        number = {a: i + 1 for i, a in enumerate(steps)}
        lines = []
        for a in steps:
            waits = self.before[a] & set(steps)
            direct = [w for w in waits if not any(w in self.before[v] for v in waits)]
            after = " ".join(str(n) for n in sorted(number[w] for w in direct))
            line = f"  {number[a]:2} {self.actions[a]}"
            lines.append(f"{line:<50} after {after}" if after else line)
        if self.stuck:
            lines.append("   never: " + ", ".join(self.stuck))
        return lines
