"""Runs SQL on DuckDB: first a script that must succeed, then queries whose outcomes are printed.

Standard input holds the script and the queries, apart by lines of "-- next". For each query a line of
JSON is printed: a list of its rows, fields apart by U+001F; or a text, the reason why there is none.
"""

import json
import sys

import duckdb

parts = sys.stdin.buffer.read().decode("utf-8").split("\n-- next\n")
connection = duckdb.connect()
connection.execute(parts[0])
for query in parts[1:]:
    try:
        rows = connection.execute(query).fetchall()
        answer = ["\x1f".join("" if field is None else str(field) for field in row) for row in rows]
    except duckdb.Error as error:
        answer = str(error).encode("utf-8", "replace").decode("utf-8")
    print(json.dumps(answer))
