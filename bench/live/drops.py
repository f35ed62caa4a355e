#!/usr/bin/env python3
"""drops.py NAMESPACE TMP RATE PACKETS PROGRAM: one program captures while the
packets pass; prints a row: what it saw, what the kernel dropped, its time."""
import json
import os
import re
import signal
import subprocess
import sys
import time

ns, tmp, rate, packets, program = sys.argv[1:]
inside = ["nsenter", f"--net=/run/netns/{ns}"]
commands = {
    "tcpdump": ["tcpdump", "-i", "rx", "-w", "/dev/null", "-Z", "root"],
    "dumpcap": ["dumpcap", "-q", "-i", "rx", "-w", "/dev/null"],
    "wsscope": [f"{tmp}/wsscope", "-i", "rx", "-o", "summary"],
    "wsscope json": [f"{tmp}/wsscope", "-i", "rx", "-o", "json"],
}
log = open(f"{tmp}/drops.log", "w+")
out = open(f"{tmp}/drops.out", "w+") if program == "wsscope" else \
    subprocess.Popen(["tail", "-n", "1"], stdin=subprocess.PIPE, stdout=open(f"{tmp}/drops.out", "w")) if program == "wsscope json" else None
stdout = out.stdin if isinstance(out, subprocess.Popen) else out
p = subprocess.Popen(inside + commands[program], stdout=stdout, stderr=log)
if isinstance(out, subprocess.Popen):
    out.stdin.close()
time.sleep(2)
load = open("/proc/loadavg").read().split()[0]
sent = subprocess.run(inside + [f"{tmp}/talk", "replay", "-r", f"{tmp}/chat.pcap", "-i", "tx", "-rate", rate, "-c", packets],
                      check=True, capture_output=True, text=True).stdout
time.sleep(2)
p.send_signal(signal.SIGINT)
_, status, used = os.wait4(p.pid, 0)
if isinstance(out, subprocess.Popen):
    out.wait()
log.seek(0)
said = log.read()
frames = ""
if program.startswith("wsscope"):
    s = json.loads(open(f"{tmp}/drops.out").read())
    seen = s["packets"]
    dropped = sum(int(n) for n in re.findall(r"(\d+) packets were dropped", json.dumps(s) + said))
    took = float(re.search(r"in ([\d.]+) s", sent)[1])
    frames = f", {s['frames'] / took:,.0f} frames/s"
    if dropped == 0 and s["lost_bytes"] != 0:
        sys.exit(f"{s['lost_bytes']} bytes are lost, though nothing was dropped")
elif program == "tcpdump":
    seen = re.search(r"(\d+) packets? captured", said)[1]
    dropped = re.search(r"(\d+) packets? dropped by kernel", said)[1]
else:
    seen, dropped = re.search(r"on interface '?rx'?: (\d+)/(\d+)", said).groups()
count, reached = re.search(r"^(\d+) packets.*, (\d+) a second", sent).groups()
print(f"| {int(reached):,} | {program}{frames} | {count} | {seen} | {dropped} | {used.ru_utime + used.ru_stime:.1f} | {load} |", flush=True)
