"""OpenFisca-Core: `openfisca.py TASK FOLDER SIZE [SCALE]`, then one command a line.

`round` answers the nanoseconds of each call, `answers N` the first N results. One thread.
"""

import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import MONTH
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.taxscales import SingleAmountTaxScale
from openfisca_core.variables import Variable

PERIOD = "2026-03"


def column(folder, name, size):
    return np.fromfile(os.path.join(folder, name + ".i64"), dtype="<i8", count=size)


def system(weights, grades, scale):
    """Inputs, score and grade as variables of a department."""
    department = build_entity(key="department", plural="departments", label="department", is_person=True)
    base = {"value_type": float, "entity": department, "definition_period": MONTH, "label": "input"}
    names = [f"n{metric + 1}" for metric in range(len(weights))]

    def score(departments, period):
        population = departments("population", period)
        total = 0
        for weight, name in zip(weights, names):
            points = weight * departments(name, period) / population
            total = total + (points if scale is None else np.round(points, scale))
        return total

    def grade(departments, period):
        total = departments("score", period)
        return np.select([total >= limit for limit in grades], [4, 3, 2], 1)

    rules = TaxBenefitSystem([department])
    for name in names + ["population"]:
        rules.add_variable(type(name, (Variable,), dict(base)))
    rules.add_variable(type("score", (Variable,), dict(base, formula=score)))
    rules.add_variable(type("grade", (Variable,), dict(base, value_type=int, formula=grade)))
    return rules, names + ["population"]


class Weighted:
    """All departments at once, as float32 arrays."""

    def __init__(self, folder, size, scale, weights, grades):
        self.rules, self.names = system(weights, grades, scale)
        self.inputs = {name: column(folder, name, size).astype(np.float32) for name in self.names}
        self.size = size
        self.last = None

    def simulation(self):
        simulation = SimulationBuilder().build_default_simulation(self.rules, self.size)
        for name, values in self.inputs.items():
            simulation.set_input(name, PERIOD, values)
        return simulation

    def round(self):
        self.last = self.simulation()
        start = time.perf_counter_ns()
        self.last.calculate("grade", PERIOD)
        return [time.perf_counter_ns() - start]

    def answers(self, first):
        scores = self.last.calculate("score", PERIOD)[:first]
        grades = self.last.calculate("grade", PERIOD)[:first]
        return [ratio(score) + " " + str(int(grade)) for score, grade in zip(scores, grades)]


class Single(Weighted):
    """One department from its inputs to grade and trace."""

    CALLS = 40

    def __init__(self, folder, size, scale, weights, grades):
        super().__init__(folder, size, scale, weights, grades)
        self.place = 0

    def call(self):
        place = self.place % self.size
        self.place += 1
        simulation = SimulationBuilder().build_default_simulation(self.rules, 1)
        simulation.trace = True
        for name, values in self.inputs.items():
            simulation.set_input(name, PERIOD, values[place : place + 1])
        simulation.calculate("grade", PERIOD)
        return "\n".join(simulation.tracer.computation_log.lines())

    def round(self):
        nanos = []
        for _ in range(self.CALLS):
            start = time.perf_counter_ns()
            text = self.call()
            nanos.append(time.perf_counter_ns() - start)
            assert "grade" in text
        return nanos

    def answers(self, first):
        super().round()
        return super().answers(first)


class LookUps:
    """A scale of single amounts: thresholds and what they give."""

    def __init__(self, folder, size, rows):
        self.inputs = column(folder, "x", size).astype(np.float32)
        self.scale = SingleAmountTaxScale()
        lows, values = column(folder, "lows", rows), column(folder, "values", rows)
        for low, value in zip(lows, values):
            self.scale.add_bracket(float(low), float(value))
        self.last = None

    def round(self):
        start = time.perf_counter_ns()
        self.last = self.scale.calc(self.inputs)
        return [time.perf_counter_ns() - start]

    def answers(self, first):
        return [ratio(value) + " 0" for value in self.last[:first]]


def ratio(number):
    return "/".join(str(part) for part in float(number).as_integer_ratio())


def numbers(text):
    return [int(part) for part in text.split(",")]


def main():
    task, folder, size, *rest = sys.argv[1:]
    if task == "lookups":
        contestant = LookUps(folder, int(size), int(rest[0]))
    else:
        scale, weights, grades = rest
        kind = {"weighted": Weighted, "single": Single}[task]
        decimals = None if scale == "exact" else int(scale)
        contestant = kind(folder, int(size), decimals, numbers(weights), numbers(grades))
    print("ready", flush=True)
    for line in sys.stdin:
        command, *arguments = line.split()
        if command == "round":
            print(" ".join(str(nanos) for nanos in contestant.round()), flush=True)
        elif command == "answers":
            print(";".join(contestant.answers(int(arguments[0]))), flush=True)


main()
