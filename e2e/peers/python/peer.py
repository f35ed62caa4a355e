"""peer.py server ADDRESS LOG [CERT KEY], peer.py client URL LOG PLAN DEFLATE: see ../main.go."""
import asyncio
import base64
import hashlib
import json
import os
import ssl
import sys
from urllib.parse import urlsplit

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

role, where, log, *rest = sys.argv[1:]
out = open(log, "w", buffering=1)
LIMIT = 8 << 20


class Journal:
    def __init__(self, uri, sends, receives):
        self.uri, self.dirs = uri, {"sent": sends, "received": receives}

    def note(self, act, payload):
        opcode = 1 if isinstance(payload, str) else 2
        data = payload.encode() if opcode == 1 else payload
        self.write(act, opcode, data)

    def write(self, act, opcode, data, **more):
        out.write(json.dumps({"id": self.uri, "dir": self.dirs[act], "act": act, "opcode": opcode, "len": len(data),
                              **({"sha256": hashlib.sha256(data).hexdigest()} if opcode != 8 else {}), **more}) + "\n")


async def echo(ws, path):
    j = Journal(path, "s2c", "c2s")
    j.write("sent", 9, b"from the server")
    await ws.ping("from the server")
    async for message in ws:
        j.note("received", message)
        j.note("sent", message)
        await ws.send(message)
    j.write("received", 8, b"", code=ws.close_code, reason=ws.close_reason)


async def server():
    context = None
    if rest:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*rest)
    host, port = where.rsplit(":", 1)
    async with websockets.serve(echo, host.strip("[]"), int(port), max_size=LIMIT, ssl=context) as s:
        print(s.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


async def client():
    plan = json.load(open(rest[0]))
    u = urlsplit(where)
    j = Journal(u.path + ("?" + u.query if u.query else ""), "c2s", "s2c")
    options = {"compression": None}
    if rest[1] != "off":
        none = rest[1] == "no-takeover"
        options["extensions"] = [ClientPerMessageDeflateFactory(none, none)]
    if u.scheme == "wss":
        options["ssl"] = context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if name := os.environ.get("SSLKEYLOGFILE"):
            context.keylog_filename = name
    async with websockets.connect(where, max_size=LIMIT, **options) as ws:
        for m in plan["Messages"]:
            payload = base64.b64decode(m["Payload"])
            if m["Opcode"] == 1:
                payload = payload.decode()
            if m["Ping"]:
                j.write("sent", 9, m["Ping"].encode())
                await ws.ping(m["Ping"])
            j.note("sent", payload)
            n = m["Fragments"]
            if n > 1:
                await ws.send([payload[len(payload) * i // n:len(payload) * (i + 1) // n] for i in range(n)])
            else:
                await ws.send(payload)
            j.note("received", await ws.recv())
        j.write("sent", 8, b"", code=plan["Close"]["Code"], reason=plan["Close"]["Reason"])
        await ws.close(plan["Close"]["Code"], plan["Close"]["Reason"])


asyncio.run(server() if role == "server" else client())
