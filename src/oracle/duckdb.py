"""Runs SQL on DuckDB: first a script that must succeed, then queries whose outcomes are printed.

Standard input holds the script and the queries, apart by lines of "-- next". Of each query the rows
are printed, fields apart by U+001F, after "ok N" with their number; or "refused" and the reason.
"""

import sys

import duckdb

parts = sys.stdin.buffer.read().decode("utf-8").split("\n-- next\n")
connection = duckdb.connect()
connection.execute(parts[0])
out = []
for query in parts[1:]:
    try:
        rows = connection.execute(query).fetchall()
    except duckdb.Error as error:
        out.append("refused " + str(error).splitlines()[0])
        continue
    out.append(f"ok {len(rows)}")
    for row in rows:
        out.append("\x1f".join("" if field is None else str(field) for field in row))
sys.stdout.buffer.write(("\n".join(out) + "\n").encode("utf-8"))
