"""DuckDB: `columns.py TASK FOLDER SIZE [SCALE]`, then one command a line.

`round` answers the nanoseconds of each call, `answers N` the first N results. One thread.
"""

import os
import sys
import time
from fractions import Fraction

import duckdb
import numpy as np


def column(folder, name, size):
    return np.fromfile(os.path.join(folder, name + ".i64"), dtype="<i8", count=size)


def connect():
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    return connection


class Weighted:
    """All departments at once, from a table of DECIMAL columns."""

    def __init__(self, folder, size, scale, weights, grades):
        self.connection = connect()
        names = [f"n{metric + 1}" for metric in range(len(weights))] + ["population"]
        given = {name: column(folder, name, size) for name in names}
        given["id"] = np.arange(size)
        columns = ", ".join(f"{name}::DECIMAL(18, 0) AS {name}" for name in names)
        self.connection.register("given", given)
        self.connection.execute(f"CREATE TABLE metrics AS SELECT id, {columns} FROM given ORDER BY id")
        terms = [f"{weight} * n{metric + 1} / population" for metric, weight in enumerate(weights)]
        if scale is not None:
            terms = [f"CAST(round({term}, {scale}) AS DECIMAL(18, {scale}))" for term in terms]
        cases = " ".join(f"WHEN score >= {limit} THEN {4 - place}" for place, limit in enumerate(grades))
        self.scored = (
            f"SELECT id, score, CASE {cases} ELSE 1 END AS grade "
            f"FROM (SELECT id, {' + '.join(terms)} AS score FROM metrics)"
        )
        self.size = size

    def round(self):
        start = time.perf_counter_ns()
        self.connection.execute(f"SELECT sum(score), sum(grade) FROM ({self.scored})").fetchall()
        return [time.perf_counter_ns() - start]

    def answers(self, first):
        rows = self.connection.execute(f"{self.scored} ORDER BY id LIMIT {first}").fetchall()
        return [ratio(score) + " " + str(grade) for _, score, grade in rows]


class Single(Weighted):
    """One department by its number."""

    CALLS = 40

    def __init__(self, folder, size, scale, weights, grades):
        super().__init__(folder, size, scale, weights, grades)
        self.place = 0

    def round(self):
        nanos = []
        for _ in range(self.CALLS):
            place = self.place % self.size
            self.place += 1
            start = time.perf_counter_ns()
            self.connection.execute(f"SELECT score, grade FROM ({self.scored}) WHERE id = ?", [place]).fetchall()
            nanos.append(time.perf_counter_ns() - start)
        return nanos


class LookUps:
    """A table of intervals, joined by the last lower end that is not above the value."""

    def __init__(self, folder, size, rows):
        self.connection = connect()
        self.connection.register("asked", {"id": np.arange(size), "x": column(folder, "x", size)})
        lows, values = column(folder, "lows", rows), column(folder, "values", rows)
        self.connection.register("given", {"low": lows, "value": values})
        self.connection.execute("CREATE TABLE cases AS SELECT id, x::DECIMAL(18, 0) AS x FROM asked ORDER BY id")
        self.connection.execute("CREATE TABLE bands AS SELECT low::DECIMAL(18, 0) AS low, value FROM given")
        self.joined = "SELECT id, value FROM cases ASOF JOIN bands ON x >= low"

    def round(self):
        start = time.perf_counter_ns()
        self.connection.execute(f"SELECT sum(value) FROM ({self.joined})").fetchall()
        return [time.perf_counter_ns() - start]

    def answers(self, first):
        rows = self.connection.execute(f"{self.joined} ORDER BY id LIMIT {first}").fetchall()
        return [ratio(value) + " 0" for _, value in rows]


def ratio(number):
    exact = Fraction(number)
    return f"{exact.numerator}/{exact.denominator}"


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
