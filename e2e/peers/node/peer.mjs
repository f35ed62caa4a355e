// peer.mjs server ADDRESS LOG [CERT KEY]
// peer.mjs client URL LOG PLAN DEFLATE
// See ../main.go.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { WebSocket, WebSocketServer } from 'ws'
import { Journal, controls, echo, open } from './journal.mjs'

const [role, where, log, a, b] = process.argv.slice(2)
open(log)
if (role === 'server') server()
else client()

function server() {
  const s = a ? https.createServer({ cert: readFileSync(a), key: readFileSync(b) }) : http.createServer()
  const wss = new WebSocketServer({ server: s, perMessageDeflate: { threshold: 0 } })
  wss.on('connection', (ws, req) => echo(ws, req.url))
  const [, host, port] = where.match(/^\[?([^\]]*?)\]?:(\d+)$/)
  s.listen(+port, host, () => console.log(s.address().port))
}

function client() {
  const plan = JSON.parse(readFileSync(a))
  const none = b === 'no-takeover'
  const ws = new WebSocket(where, {
    rejectUnauthorized: false,
    perMessageDeflate: b !== 'off' && { threshold: 0, clientNoContextTakeover: none, serverNoContextTakeover: none }
  })
  const u = new URL(where)
  const j = new Journal(u.pathname + u.search, 'c2s', 's2c')
  controls(ws, j)
  let at = 0
  const next = () => {
    if (at === plan.Messages.length) {
      j.closing('sent', plan.Close.Code, plan.Close.Reason)
      ws.close(plan.Close.Code, plan.Close.Reason)
      return
    }
    const m = plan.Messages[at++]
    const payload = Buffer.from(m.Payload, 'base64')
    if (m.Ping) {
      j.note('sent', 9, Buffer.from(m.Ping))
      ws.ping(m.Ping)
    }
    j.note('sent', m.Opcode, payload)
    const n = Math.max(m.Fragments, 1)
    for (let i = 0; i < n; i++) {
      const part = payload.subarray(Math.floor(payload.length * i / n), Math.floor(payload.length * (i + 1) / n))
      ws.send(part, { binary: m.Opcode === 2, fin: i === n - 1 })
    }
  }
  ws.on('open', next)
  ws.on('message', (data, binary) => { j.note('received', binary ? 2 : 1, data); next() })
}
