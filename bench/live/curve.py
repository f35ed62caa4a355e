#!/usr/bin/env python3
"""curve.py SAMPLES: the table of a soak, every minute, with a bar for memory."""
import csv
import sys

rows = list(csv.DictReader(open(sys.argv[1])))
step = max(1, 60 // max(1, int(rows[1]["seconds"]) - int(rows[0]["seconds"])))
chosen = rows[step - 1::step]
if chosen[-1] is not rows[-1]:
    chosen.append(rows[-1])
top = max(int(r["rss_kib"]) for r in rows)
print("| seconds | connections so far | messages so far | CPU seconds | load | RSS MB | |")
print("| --: | --: | --: | --: | --: | --: | --- |")
for r in chosen:
    rss = int(r["rss_kib"])
    print(f"| {r['seconds']} | {r['opened']} | {r['messages_seen']} | {r['cpu_seconds']} | {r['load']} | {rss / 1024:.1f} | {'█' * round(40 * rss / top)} |")
