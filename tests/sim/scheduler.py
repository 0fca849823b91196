# SPDX-License-Identifier: GPL-2.0-or-later
"""A cluster in a file: the real crm_simulate plans and plays the transitions, the real crm_resource and
crm_standby change the configuration, and what the agents themselves would write (the promotion scores) is
written here."""
import copy
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET

from plan import Plan


# What a resource is after the action.
ROLES = {"start": "Started", "migrate_from": "Started", "promote": "Promoted", "demote": "Unpromoted"}


class State:
    """Where Pacemaker believes what to be: {resource: {node: role}}, nodes online, nodes unclean."""

    def __init__(self, element):
        self.roles = {}
        self.blocked = set()
        self.online = set()
        self.unclean = set()
        for node in element.findall("nodes/node"):
            if node.get("online") == "true":
                self.online.add(node.get("name"))
            if node.get("unclean") == "true":
                self.unclean.add(node.get("name"))
        for r in element.iter("resource"):
            name = r.get("id").split(":")[0]
            if name == "fencing":
                continue
            self.roles.setdefault(name, {})
            if r.get("blocked") == "true":
                self.blocked.add(name)
            for node in r.findall("node"):
                self.roles[name][node.get("name")] = r.get("role")

    def text(self, only=None, renamed=str):
        out = []
        for name in sorted(self.roles if only is None else only):
            places = self.roles.get(name, {})
            where = " ".join(n if places[n] == "Started" else f"{n}:{places[n]}" for n in sorted(places))
            out.append(f"{renamed(name)} {where or '-'}{' (blocked)' if name in self.blocked else ''}")
        return "; ".join(out)


    def then(self, plan):
        """Where everything is once PLAN has been carried out."""
        out = copy.copy(self)
        out.roles = {name: dict(places) for name, places in self.roles.items()}
        for a in (plan.actions[i] for i in plan.steps()):
            if a.task == "stonith":
                out.online = out.online - {a.node}
                for places in out.roles.values():
                    places.pop(a.node, None)
            elif a.resource:
                role = ROLES.get(a.task)
                if role:
                    out.roles[a.resource][a.node] = role
                elif a.task in ("stop", "migrate_to"):
                    out.roles[a.resource].pop(a.node, None)
        return out


class Cluster:
    def __init__(self, cib, work, score):
        self.score = score
        self.cib = os.path.join(work, "cib.xml")
        if cib != self.cib:
            shutil.copy(cib, self.cib)
        self.work = work

    def run(self, *argv):
        """One of Pacemaker's own tools on this CIB."""
        subprocess.run(argv, env={**os.environ, "CIB_file": self.cib}, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def _simulate(self, *options):
        out = os.path.join(self.work, "out.xml")
        done = subprocess.run(["crm_simulate", "--xml-file", self.cib, "--simulate", "--output-as=xml",
                               "--save-output", out, *options], capture_output=True, text=True, check=False)
        if not done.stdout.startswith("<"):
            raise RuntimeError(f"crm_simulate {' '.join(options)}: {done.stdout}{done.stderr}")
        os.replace(out, self.cib)
        return done

    def step(self, options=(), fail=()):
        """Plan one transition and play it. OPTIONS: what happens to the cluster before it; FAIL: actions
        of it that fail. Returns the plan, the states before and after, and what was complained about."""
        graph = os.path.join(self.work, "graph.xml")
        self.before = os.path.join(self.work, "before.xml")
        # What happens first is put into the CIB in a step of its own: the state that the plan
        # starts from must be seen with it.
        if options:
            before = os.path.join(self.work, "in.xml")
            self._plan_only("--save-input", before, *options)
            os.replace(before, self.cib)
        shutil.copy(self.cib, self.before)
        done = self._simulate("--save-graph", graph, *(f"--op-fail={f}" for f in fail))
        root = ET.fromstring(done.stdout[:done.stdout.rindex(">") + 1])
        trouble = [line for line in (done.stdout + done.stderr).splitlines() if "nvalid transition" in line]
        plan = Plan(graph)
        after = root.find("revised_cluster_status")
        before = State(root.find("cluster_status"))
        self._fail_counts(self.came(plan, fail))
        self._scores(State(after) if after is not None else before)
        return plan, before, State(after) if after is not None else before, trouble

    def look(self, options=()):
        """The plan and the state that it starts from; nothing is played."""
        graph = os.path.join(self.work, "graph.xml")
        done = self._plan_only("--save-graph", graph, *options)
        return Plan(graph), State(ET.fromstring(done.stdout).find("cluster_status"))

    def _plan_only(self, *options):
        return subprocess.run(["crm_simulate", "--xml-file", self.cib, "--run", "--output-as=xml", *options],
                              capture_output=True, text=True, check=True)

    @staticmethod
    def came(plan, fail):
        """Those of the failing actions that are in the plan."""
        keys = {f"{a.resource}_{a.task}_0@{a.node}" for a in plan.actions.values()}
        return [f for f in fail if f.split("=")[0] in keys]

    def _fail_counts(self, failed):
        """crm_simulate adds one to the fail count for whatever fails. The controller (update_failcount() in
        controld_te_events.c) does so for promote, demote and recurring monitors, makes it INFINITY for start
        and stop, as the graph's failed-start-offset and failed-stop-offset say, and leaves it alone for
        migrate_to and migrate_from. What comes next depends on it."""
        for spec in failed:
            resource, task, node = parse_spec(spec)
            name = f"fail-count-{resource}#{task}_0"
            if task in ("start", "stop"):
                self.attribute(node, name, "INFINITY")
            elif task.startswith("migrate"):
                self.attribute(node, name, None)

    def cut_short(self, spec, pending):
        """The action that failed in the last step did not: the transition was given up while it was under way
        (PENDING, as the executor records it) or before it began. What came before it has happened."""
        resource, task, node = parse_spec(spec)
        history = f"status/node_state[@uname='{node}']/lrm/lrm_resources/lrm_resource[@id='{resource}']"
        old = ET.parse(self.before).getroot().find(history)
        tree = ET.parse(self.cib)
        new = tree.getroot().find(history)
        for record in [r for r in new if r.get("operation") == task and r.get("rc-code") != "0"]:
            new.remove(record)
            if record.get("id").endswith("_last_failure_0"):
                continue
            if pending:
                record.set("op-status", "-1")
                record.set("rc-code", "193")
                new.append(record)
                continue
            new.extend([r for r in (old if old is not None else ()) if r.get("id") == record.get("id")])
        tree.write(self.cib)
        for name in ("fail-count", "last-failure"):
            self.attribute(node, f"{name}-{resource}#{task}_0", None)

    def _scores(self, state):
        """What ocf:ferry:drbd does, as the shape says: the promotion score of each disk on each node."""
        tree = ET.parse(self.cib)
        for node_state in tree.getroot().findall("status/node_state"):
            node = node_state.get("uname")
            for disk in [r for r in state.roles if r.startswith("disk-")]:
                set_attribute(node_state, f"master-{disk}", self.score(state, disk, node))
            if node not in state.online:    # as the controller does for a node that left
                for t in node_state.findall("transient_attributes"):
                    node_state.remove(t)
        tree.write(self.cib)

    def attribute(self, node, name, value):
        """A transient attribute, as pacemaker-attrd writes it."""
        tree = ET.parse(self.cib)
        for node_state in tree.getroot().findall("status/node_state"):
            if node_state.get("uname") == node:
                set_attribute(node_state, name, value)
        tree.write(self.cib)


def parse_spec(spec):
    """vm1_stop_0@node1=1 -> (vm1, stop, node1)"""
    return re.fullmatch(r"(.*?)_(migrate_to|migrate_from|[a-z]+)_0@([^=]*)(?:=.*)?", spec).groups()


def set_attribute(node_state, name, value):
    node_id = node_state.get("id")
    transient = node_state.find("transient_attributes")
    if transient is None:
        transient = ET.SubElement(node_state, "transient_attributes", id=node_id)
    group = transient.find("instance_attributes")
    if group is None:
        group = ET.SubElement(transient, "instance_attributes", id=f"status-{node_id}")
    for pair in group.findall("nvpair"):
        if pair.get("name") == name:
            group.remove(pair)
    if value is not None:
        ET.SubElement(group, "nvpair", id=f"status-{node_id}-{name}", name=name, value=value)
