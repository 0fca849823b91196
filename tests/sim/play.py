# SPDX-License-Identifier: GPL-2.0-or-later
"""Plays a case: transitions are planned and played until nothing is left to do."""
import copy
import os
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET

from check import check
from plan import by_guest
from scheduler import Cluster

here = os.path.dirname(os.path.abspath(__file__))
NODES_UP = ("--node-up=node1", "--node-up=node2", "--node-up=node3")
MOST_PLANS = 9      # a cluster that still has something to do then does not settle
MANY = 10           # so many guests are not told one by one
TOO_MANY = 100      # so many are planned, and not played: crm_simulate takes minutes to play what it plans in a second


class Sim:
    def __init__(self, shape, work):
        self.shape = shape
        self.work = work
        self.ends = {}      # case -> its last CIB
        self.fresh = {"bad"}    # of these, the ones where nothing runs yet

    def load(self, name, *crm):
        """A fresh cluster with these configurations; crmsh's words."""
        cib = os.path.join(self.work, f"{name}.xml")
        shutil.copy(os.path.join(here, "cluster.xml"), cib)
        done = subprocess.run([os.path.join(here, "load"), cib, *crm], capture_output=True, text=True, check=False)
        self.ends[name] = cib
        self.fresh.add(name)
        return done

    def file(self, name, text):
        path = os.path.join(self.work, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def many(self, count):
        """The case "COUNT-running": that many guests, all on node1. Each is a copy of the one that runs in "running",
        its history too: the guest's name is replaced everywhere."""
        tree = ET.parse(self.ends["running"])

        def copies(parent):
            for child in list(parent):
                if "vm1" in child.get("id", ""):
                    parent.extend(self.twin(child, n) for n in range(2, count + 1))
                else:
                    copies(child)

        copies(tree.getroot())
        name = f"{count}-running"
        self.ends[name] = os.path.join(self.work, f"{name}.xml")
        tree.write(self.ends[name])

    def twin(self, element, n):
        out = copy.deepcopy(element)
        for e in out.iter():
            for key, value in e.attrib.items():
                if key != "value":      # of a parameter: its digest is in the history
                    e.set(key, self.shape.renamed(value, n))
        return out

    def guests(self, count):
        return [self.shape.guest(f"vm{n}") for n in range(1, count + 1)]

    def play(self, case, guests):
        """Plays a case. Returns its plans as text, the faults found, and the last state."""
        directory = tempfile.mkdtemp(dir=self.work)
        cluster = Cluster(self.ends[case.after], directory, self.shape.score)
        for what, *how in case.does:
            getattr(cluster, what)(*how)
        told = case.told or (NODES_UP if case.after in self.fresh else ())
        text, faults, fails, count = [], [], list(case.fails), 0
        fails += [f"{case.cut}=1"] if case.cut else []
        assumed = ()
        while True:
            if len(guests) >= TOO_MANY:
                plan, before = cluster.look(told)
                text += told_of(count + 1, plan, before, guests)
                faults += [*check(plan, before, guests), *(not_live(plan, before, guests) if case.live else ())]
                after = before.then(plan)
                break
            plan, before, after, trouble = cluster.step(told, fails)
            left = {a.node for a in plan.actions.values() if a.task == "do_shutdown"}
            told = tuple(f"--node-down={n}" for n in sorted(left))
            count += 1
            found = check(plan, before, guests, assumed)
            if case.stuck and plan.stuck:
                text += told_of(count, plan, before, guests)
                faults += [f"plan {count}: {f}" for f in found if not f.startswith("never begins")]
                break
            faults += [f"plan {count}: {f}" for f in trouble + found]
            if not plan.steps() and not plan.stuck:
                faults += ["wanted to be stuck, and is not"] if case.stuck else []
                break
            text += told_of(count, plan, before, guests)
            came = cluster.came(plan, fails)
            if case.cut and came:
                cluster.cut_short(came[0], pending=case.dies and came[0].split("=")[0].endswith(case.dies))
                told = (f"--node-fail={case.dies}",) if case.dies else ()
                text.append(f"   ! given up at {case.cut}{f' as {case.dies} dies' if case.dies else ''}")
            else:
                text += [f"   ! {f.split('=')[0]} fails" for f in came]
            assumed = tuple(f for f in came if "_demote_" in f)
            fails = [f for f in fails if f not in came]
            if count == 1 and case.live:
                faults += not_live(plan, before, guests)
            if trouble or count == MOST_PLANS:
                faults.append(f"does not settle: {count} plans")
                break
        faults += [f"{f} did not come up" for f in fails]
        text += state_of("end, ", after, guests)
        self.ends[case.name] = cluster.cib
        return text, faults, after


def told_of(count, plan, before, guests):
    """A plan as it is kept."""
    steps = by_guest(plan, guests) if len(guests) >= MANY else plan.text()
    return state_of(f"plan {count}, from ", before, guests) + steps


def state_of(head, state, guests):
    if len(guests) < MANY:
        return [head + state.text()]
    alike = {}
    for g in guests:
        alike.setdefault(state.text(g.resources, g.anonymous), []).append(g)
    return [head.rstrip(", ")] + [f"  {len(which):3} guests: {words}" for words, which in alike.items()]


def not_live(plan, before, guests):
    """A guest that leaves its node must be migrated, and stopped only after that."""
    memories = {g.memory for g in guests}
    for i in plan.before:
        a = plan.actions[i]
        if a.resource not in memories or a.task != "stop" or a.node not in before.roles[a.resource]:
            continue
        if not any(plan.actions[w].task == "migrate_from" and plan.actions[w].resource == a.resource
                   for w in plan.before[i]):
            yield f"{a} without a migration before it"
