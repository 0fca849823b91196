# SPDX-License-Identifier: GPL-2.0-or-later
"""A storage shape: its example, its guests, its cases, and the test of them, which prints TAP.

For each case every plan must be safe in each order that it allows (check.py), the guests must end where the case
says, and the plans must be those kept in plans/SHAPE/ (--update rewrites them; --show prints them). The checker is
tried on sets of constraints that are known to be bad.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import Callable

from case import Case
from play import Sim, here


class Tap:
    count, failed = 0, False

    def result(self, what, trouble):
        Tap.count += 1
        Tap.failed |= bool(trouble)
        print(f"{'not ok' if trouble else 'ok'} {Tap.count} - {what}", flush=True)
        for line in trouble:
            print(f"# {line}")

    def skip(self, what, why):
        Tap.count += 1
        print(f"ok {Tap.count} - {what} # SKIP {why}", flush=True)


def cannot(why):
    """The whole test cannot run: a skip, but a failure where everything is said to be there."""
    if os.environ.get("FERRY_ALL_TOOLS") == "1":
        print(f"1..1\nnot ok 1 - the scheduler over the example\n# {why}")
        return 1
    print(f"1..0 # SKIP {why}")
    return 77


@dataclass
class Shape:
    """What is particular to one way of storing a guest's disk."""
    name: str               # doc/examples/NAME.crm, plans/NAME/
    cases: list
    guest: Callable         # its name -> a Guest (check.py)
    wrong_end: Callable     # a case and the last State -> what is wrong with it
    bad_sets: tuple         # what is done to the example, how, and the complaint that must come of it
    bad_cases: tuple        # what is played on those
    names: dict             # what is replaced for guest N, by what: {"vm1": lambda n: f"vm{n}"}
    score: Callable         # State, disk, node -> the promotion score that its agent sets there, or None
    sizes: tuple = (10, 100)
    place: str = ""         # what is moved is not the guest vm1 but PLACE + "vm1"

    def __post_init__(self):
        self.example = os.path.join(here, f"../../doc/examples/{self.name}.crm")
        self.plans = os.path.join(here, "plans", self.name)

    def renamed(self, text, n):
        """A text about the first guest, for guest N."""
        for old, new in self.names.items():
            text = text.replace(old, new(n))
        return text


def golden(tap, shape, name, text, update, version):
    path = os.path.join(shape.plans, f"{name}.txt")
    text = "\n".join(text) + "\n"
    if update:
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return
    with open(os.path.join(shape.plans, "VERSION"), encoding="utf-8") as f:
        kept = f.read().strip()
    if kept != version:
        tap.skip(f"{name}: the plans that are kept", f"they are those of {kept}, this is {version}")
        return
    old = ""
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            old = f.read()
    trouble = [] if old == text else ["kept:", *old.splitlines(), "now:", *text.splitlines()]
    tap.result(f"{name}: the plans that are kept", trouble)


def without(*ids):
    """Takes these constraints out of a CIB."""
    def spoil(root):
        constraints = root.find("configuration/constraints")
        for c in [c for c in constraints if c.get("id") in ids]:
            constraints.remove(c)
    return spoil


def bad_sets(sim, tap):
    """The checker must see what is wrong with sets that are known to be bad."""
    for what, spoil, complaint in sim.shape.bad_sets:
        tree = ET.parse(sim.ends["empty"])
        spoil(tree.getroot())
        sim.ends["bad"] = os.path.join(sim.work, "bad.xml")
        tree.write(sim.ends["bad"])
        faults = []
        for case in sim.shape.bad_cases:
            _, found, end = sim.play(case, sim.guests(1))
            faults += [*found, *sim.shape.wrong_end(case, end)]
        seen = any(re.search(complaint, f) for f in faults)
        tap.result(f"the checker sees what is wrong with: {what}",
                   [] if seen else [f"wanted: {complaint}", "saw:", *faults])


def ids_of(cib):
    return {e.get("id") for e in ET.parse(cib).getroot().find("configuration").iter()}


def prepare(sim, tap):
    """Clusters to start from: "empty" and "running" with one guest, "two-running" with one on each node,
    "10-running" and so on with that many, all on node1. False: there is nothing to plan with."""
    shape = sim.shape
    done = sim.load("empty", shape.example)
    if done.returncode == 77:
        sys.exit(cannot("needs root and a mount namespace, to show crmsh the agents"))
    words = [w for w in done.stderr.splitlines() if "fence_sim" not in w]
    tap.result("the example loads, and crmsh has nothing to say about it",
               words if done.returncode == 0 else words + [f"exit code {done.returncode}"])
    if done.returncode != 0:
        return False
    sim.play(Case("running", "node1", after="empty"), sim.guests(1))
    verify = subprocess.run(["crm_verify", "--xml-file", sim.ends["running"], "-V"], capture_output=True, text=True,
                            check=False)
    tap.result("crm_verify has nothing to say about it", verify.stderr.splitlines())
    with open(shape.example, encoding="utf-8") as f:
        done = sim.load("two", shape.example, sim.file("vm2.crm", shape.renamed(f.read(), 2)))
    tap.result("a second guest loads beside it", [] if done.returncode == 0 else done.stderr.splitlines())
    loaded = ids_of(sim.ends["two"])
    for size in (2, *shape.sizes):
        sim.many(size)
    copied = ids_of(sim.ends["2-running"])
    tap.result("a guest that is copied is one that is loaded", [f"{i} is in one of them alone" for i in
                                                              sorted(loaded ^ copied)])
    sim.play(Case("two-running", "node1", after="2-running", does=(
        ("run", "crm_resource", "--move", "-r", f"{shape.place}vm2", "-N", "node2"),)), sim.guests(2))
    return True


def play_all(sim, tap, wanted, version):
    update, show = "--update" in sys.argv, "--show" in sys.argv
    shape = sim.shape
    if update and not wanted:
        shutil.rmtree(shape.plans, ignore_errors=True)
        os.makedirs(shape.plans)
        with open(os.path.join(shape.plans, "VERSION"), "w", encoding="utf-8") as f:
            f.write(version + "\n")
    for case in shape.cases:
        text, faults, end = sim.play(case, sim.guests(case.guests))
        if wanted and case.name not in wanted:
            continue
        faults += shape.wrong_end(case, end)
        if show:
            print("\n".join(f"# {t}" for t in text))
        tap.result(f"{case.name}: safe in every order, and " +
                   (f"STUCK until a person cleans up: {case.stuck}" if case.stuck else
                    f"the guest ends {case.end}" if case.guests == 1 else f"{case.guests} guests end {case.end}"),
                   faults and faults + text)
        golden(tap, shape, case.name, text, update, version)


def main(shape):
    wanted = [a for a in sys.argv[1:] if not a.startswith("--")]
    for tool in ("crm", "crm_simulate", "crm_verify", "unshare"):
        if not shutil.which(tool):
            return cannot(f"{tool} is not installed")
    version = subprocess.run(["crm_simulate", "--version"], capture_output=True, text=True,
                             check=True).stdout.splitlines()[0]
    tap = Tap()
    with tempfile.TemporaryDirectory() as work:
        sim = Sim(shape, work)
        if not prepare(sim, tap):
            print("Bail out! there is nothing to plan with")
            return 1
        play_all(sim, tap, wanted, version)
        if not wanted:
            bad_sets(sim, tap)
            cases = shape.cases
            for what, names in (("end with a plan that can never be carried out", [c.name for c in cases if c.stuck]),
                                ("end with a guest that is blocked", [c.name for c in cases if c.end == "blocked"])):
                print(f"# {len(names)} of {len(cases)} cases {what}, until a person cleans up: {', '.join(names)}")
    print(f"1..{tap.count}")
    return 1 if tap.failed else 0
