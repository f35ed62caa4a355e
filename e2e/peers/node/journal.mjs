// The log of one end: the same lines as that of ../main.go.
import { createHash } from 'node:crypto'
import { openSync, writeSync } from 'node:fs'

let file
export const open = (name) => { file = openSync(name, 'w') }
export const write = (line) => writeSync(file, JSON.stringify(line) + '\n')

export class Journal {
  constructor(id, sends, receives) { Object.assign(this, { id, sends, receives }) }
  dir(act) { return act === 'sent' ? this.sends : this.receives }
  note(act, opcode, payload) {
    const sha256 = createHash('sha256').update(payload).digest('hex')
    write({ id: this.id, dir: this.dir(act), act, opcode, len: payload.length, sha256 })
  }
  closing(act, code, reason) { write({ id: this.id, dir: this.dir(act), act, opcode: 8, len: 0, code, reason }) }
}

// controls logs control frames; ws answers pings by itself.
export function controls(ws, j) {
  ws.on('ping', (p) => { j.note('received', 9, p); j.note('sent', 10, p) })
  ws.on('pong', (p) => j.note('received', 10, p))
  ws.on('close', (code, reason) => j.closing('received', code, reason.toString()))
}

// echo is what a server does with a connection.
export function echo(ws, id) {
  const j = new Journal(id, 's2c', 'c2s')
  controls(ws, j)
  j.note('sent', 9, Buffer.from('from the server'))
  ws.ping('from the server')
  ws.on('message', (data, binary) => {
    j.note('received', binary ? 2 : 1, data)
    j.note('sent', binary ? 2 : 1, data)
    ws.send(data, { binary })
  })
}
