// browser.mjs wss|h2 ADDRESS LOG PLAN CERT KEY
// serves a page whose script is the client, and the WebSockets that it opens:
// over HTTP/1.1, or over HTTP/2 by Extended CONNECT (RFC 8441). Both ends'
// logs go to LOG, the page's when it is done. See ../main.go.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import http2 from 'node:http2'
import https from 'node:https'
import { WebSocket, WebSocketServer } from 'ws'
import { echo, open, write } from './journal.mjs'

const PerMessageDeflate = createRequire(import.meta.url)(new URL('node_modules/ws/lib/permessage-deflate.js', import.meta.url).pathname)
const [kind, where, log, plan, cert, key] = process.argv.slice(2)
open(log)
const tls = { cert: readFileSync(cert), key: readFileSync(key) }
const page = `<!doctype html><link rel=icon href=data:,><script>
const from64 = (s) => Uint8Array.from(atob(s), (c) => c.charCodeAt(0))
const hex = (b) => Array.from(new Uint8Array(b), (x) => x.toString(16).padStart(2, '0')).join('')
const lines = []
const note = async (id, act, data) => {
  const b = typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)
  lines.push({ id, dir: act === 'sent' ? 'c2s' : 's2c', act, opcode: typeof data === 'string' ? 1 : 2, len: b.length,
    sha256: hex(await crypto.subtle.digest('SHA-256', b)) })
}
const talk = (id, plan) => new Promise((done) => {
  const ws = new WebSocket('wss://' + location.host + id)
  ws.binaryType = 'arraybuffer'
  let at = 0
  const next = async () => {
    const m = plan.Messages[at++]
    if (!m) {
      lines.push({ id, dir: 'c2s', act: 'sent', opcode: 8, len: 0, code: 4001, reason: plan.Close.Reason })
      ws.close(4001, plan.Close.Reason)
      return
    }
    const data = m.Opcode === 1 ? new TextDecoder().decode(from64(m.Payload)) : from64(m.Payload)
    await note(id, 'sent', data)
    ws.send(data)
  }
  ws.onopen = next
  ws.onmessage = async (e) => { await note(id, 'received', e.data); next() }
  ws.onclose = (e) => {
    lines.push({ id, dir: 's2c', act: 'received', opcode: 8, len: 0, code: e.code, reason: e.reason })
    done()
  }
})
const run = async () => {
  const plan = await (await fetch('/plan')).json()
  await Promise.all([talk('/?id=0', plan), talk('/?id=1', plan)])
  await fetch('/done', { method: 'POST', body: JSON.stringify(lines) })
}
run()
</script>`

// answer serves the page, the plan, and takes the page's log.
async function answer(req, res) {
  if (req.method === 'POST') {
    let body = ''
    for await (const part of req) body += part
    JSON.parse(body).forEach(write)
    res.end()
    console.log('done')
  } else if (req.url === '/plan') res.end(readFileSync(plan))
  else {
    res.setHeader('content-type', 'text/html; charset=utf-8')
    res.end(page)
  }
}

let server
if (kind === 'wss') {
  server = https.createServer(tls, answer)
  new WebSocketServer({ server, perMessageDeflate: { threshold: 0 } }).on('connection', (ws, req) => echo(ws, req.url))
} else {
  server = http2.createSecureServer({ ...tls, settings: { enableConnectProtocol: true } }, answer)
  server.on('connect', () => {}) // answered below, not with 405
  server.on('stream', (stream, headers) => {
    if (headers[':protocol'] !== 'websocket') return
    const deflate = new PerMessageDeflate({ threshold: 0, isServer: true })
    deflate.accept([{ server_no_context_takeover: [true] }])
    stream.respond({ ':status': 200, 'sec-websocket-extensions': 'permessage-deflate; server_no_context_takeover' })
    const ws = new WebSocket(null, undefined, {})
    ws._isServer = true
    ws._extensions[PerMessageDeflate.extensionName] = deflate
    ws.setSocket(stream, Buffer.alloc(0), { allowSynchronousEvents: true, maxPayload: 8 << 20, skipUTF8Validation: false })
    echo(ws, headers[':path'])
  })
}
const [host, port] = where.split(':')
server.listen(+port, host, () => console.log(server.address().port))
