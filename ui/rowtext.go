package ui

import (
	"strconv"

	"wsscope/event"
	"wsscope/timeline"
)

// rowText is a row as the timeline shows it: what the columns hold. The
// slices are reused from row to row.
type rowText struct {
	mark     bool
	severity role   // of letter
	letter   string // "E", "W", "i" or empty
	number   []byte
	time     []byte
	conn     []byte
	arrow    string
	dirRole  role
	op       string
	opRole   role
	flags    [4]byte
	size     []byte
	preview  []byte // captured bytes, or words of ours
	words    bool   // preview is words of ours
}

// opShort are the names of opcodes in at most six letters.
var opShort = [16]string{"cont", "text", "binary", "rsv-3", "rsv-4", "rsv-5", "rsv-6", "rsv-7", "close", "ping", "pong", "rsv-11", "rsv-12", "rsv-13", "rsv-14", "rsv-15"}

// arrows of the directions, as seen from the client on the left.
func arrow(d event.Dir) (string, role) {
	switch d {
	case event.ClientToServer:
		return "→", client
	case event.ServerToClient:
		return "←", server
	}
	return "·", dim
}

// severityMark is a letter and its role.
func severityMark(s event.Severity) (string, role) {
	switch s {
	case event.Error:
		return "E", bad
	case event.Warning:
		return "W", warn
	}
	return "i", note
}

// rowContext is what a row's text needs beside the row.
type rowContext struct {
	times         timeFormat
	start, before int64
	fold          int              // heartbeats folded into the row
	opened        int              // heartbeats that Enter folds into the row again
	preview       []byte           // the first bytes of its payload
	detail        *timeline.Detail // of findings and messages; may be nil
	conn          *timeline.Conn   // of openings and ends; may be nil
	marked        bool
	dropped       bool // the payload was dropped for want of memory
}

// set renders row into t.
func (t *rowText) set(row *timeline.Row, c *rowContext) {
	t.mark = c.marked
	t.letter, t.severity = "", normal
	if s, ok := row.Severity(); ok {
		t.letter, t.severity = severityMark(s)
	}
	t.number = appendGrouped(t.number[:0], uint64(row.Index)+1)
	t.time = appendTime(t.time[:0], c.times, row.Time, c.start, c.before)
	t.conn = t.conn[:0]
	if row.Conn() > 0 {
		t.conn = strconv.AppendInt(t.conn, int64(row.Conn()), 10)
	}
	t.arrow, t.dirRole = arrow(row.Dir())
	t.opRole = normal
	t.flags = [4]byte{' ', ' ', ' ', ' '}
	t.size = t.size[:0]
	t.preview = appendPreview(t.preview[:0], row, c.preview)
	t.words = false
	switch row.Kind() {
	case timeline.KindFrame:
		t.frame(row, c)
	case timeline.KindMessage:
		t.message(row)
	case timeline.KindOpen:
		t.open(row, c)
	case timeline.KindEnd:
		t.op, t.opRole, t.words = "end", dim, true
		t.preview = append(t.preview[:0], "end: "...)
		t.preview = append(t.preview, endReason(row, c.conn)...)
	case timeline.KindFinding:
		t.op, t.opRole = "note", t.severity
		if c.detail != nil {
			t.preview = append(append(append(t.preview[:0], c.detail.Rule...), ": "...), c.detail.Text...)
		}
	}
	if c.dropped && len(t.preview) == 0 && !t.words {
		t.preview, t.words = append(t.preview, "payload dropped: memory limit"...), true
	}
}

// frame: the flags are FIN, the RSV bits, mask and loss.
func (t *rowText) frame(row *timeline.Row, c *rowContext) {
	t.op = opShort[row.Opcode()]
	if event.IsControl(row.Opcode()) {
		t.opRole = accent
	}
	if row.FIN() {
		t.flags[0] = 'F'
	}
	if n := row.RSV(); n != 0 {
		t.flags[1] = '0' + n // the three bits as one octal digit
	}
	if row.Masked() {
		t.flags[2] = 'M'
	}
	t.damage(row)
	t.size = appendSize(t.size, row.Len)
	if c.fold > 1 {
		t.op, t.flags, t.size = "beats", [4]byte{' ', ' ', ' ', ' '}, t.size[:0]
		t.arrow, t.dirRole = "↔", dim
		t.preview = append(append(t.preview[:0], "heartbeats: "...), grouped(uint64(c.fold))+" pings and pongs"...)
		t.words = true
		return
	}
	if row.Opcode() == event.OpClose && len(c.preview) >= 2 {
		code := int(c.preview[0])<<8 | int(c.preview[1])
		t.preview = strconv.AppendInt(t.preview[:0], int64(code), 10)
		if name := event.CloseCodeName(code); name != "" {
			t.preview = append(append(append(t.preview, " ("...), name...), ')')
		}
		if len(c.preview) > 2 {
			t.preview = append(append(t.preview, ' '), c.preview[2:]...)
		}
	}
	if c.detail != nil && c.detail.HasRTT {
		t.preview = append(append(append(t.preview, "  after "...), duration(c.detail.RTT)...), ' ')
	}
	if c.opened > 1 {
		t.preview = append(append(append(t.preview, "  first of "...), grouped(uint64(c.opened))...), ": Enter folds them"...)
	}
}

func (t *rowText) damage(row *timeline.Row) {
	switch {
	case row.Missing():
		t.flags[3] = '!' // lost bytes
	case row.Ended() || row.MarkedMessage() && !row.Complete():
		t.flags[3] = '?' // cut off
	case row.Truncated():
		t.flags[3] = '+' // more than was kept
	}
}

// message: the flags are compression, fragments and loss.
func (t *rowText) message(row *timeline.Row) {
	t.op = opShort[row.Opcode()]
	if row.Compressed() {
		t.flags[0] = 'z'
	}
	t.damage(row)
	t.size = appendSize(t.size, row.Len)
}

func (t *rowText) open(row *timeline.Row, c *rowContext) {
	t.op, t.opRole, t.words = "open", strong, true
	if row.Refused() {
		t.op = "refuse"
	}
	t.preview = t.preview[:0]
	if c.conn == nil || c.conn.Open == nil {
		return
	}
	o := c.conn.Open
	if o.Handshake == event.HandshakeInferred {
		t.preview = append(t.preview, "joined late, no handshake captured"...)
		return
	}
	t.words = false // the URI is captured text
	t.preview = append(append(append(t.preview, o.Method...), ' '), o.Host...)
	t.preview = append(append(t.preview, o.URI...), ' ')
	t.preview = strconv.AppendInt(t.preview, int64(o.Status), 10)
	if o.Subprotocol != "" {
		t.preview = append(append(t.preview, "  "...), o.Subprotocol...)
	}
}

// endReason says in words how a connection ended.
func endReason(row *timeline.Row, c *timeline.Conn) string {
	if c != nil && c.End != nil {
		switch c.End.Reason {
		case event.EndClose:
			return "both sides said Close" + closeCodes(c)
		case event.EndHalfClose:
			return "one side said Close" + closeCodes(c)
		case event.EndFIN:
			return "TCP connection closed (FIN) without a Close frame"
		case event.EndRST:
			return "TCP connection reset (RST)"
		case event.EndEOF:
			return "the capture ended first"
		case event.EndEvicted:
			return "given up: memory limit"
		}
	}
	return "connection"
}

func closeCodes(c *timeline.Conn) string {
	for _, code := range c.CloseCode {
		if code > 0 {
			s := ", " + strconv.Itoa(code)
			if name := event.CloseCodeName(code); name != "" {
				s += " (" + name + ")"
			}
			return s
		}
	}
	return ""
}

// draw puts the row on line y, with what was searched for marked; found may
// be nil.
func (t *rowText) draw(c *canvas, y int, col *columns, under role, found timeline.Pattern) {
	if under != normal {
		c.fill(0, y, under)
	}
	if t.mark {
		c.put(0, y, "●", accent, under)
	}
	c.put(1, y, t.letter, t.severity, under)
	c.right(col.number+col.numberW, y, string(t.number), dim, under)
	if col.showTime {
		c.right(col.time+col.timeW, y, string(t.time), dim, under)
	}
	if col.showConn {
		c.right(col.conn+col.connW, y, string(t.conn), dim, under)
	}
	c.put(col.dir, y, t.arrow, t.dirRole, under)
	c.put(col.op, y, t.op, t.opRole, under)
	c.put(col.flags, y, string(t.flags[:]), dim, under)
	c.right(col.size+6, y, string(t.size), normal, under)
	r := t.dirRole
	if t.words {
		r = dim
	}
	if found == nil || t.words {
		c.put(col.preview, y, string(t.preview), r, under)
		return
	}
	c.putLine(col.preview, y, markMatches(line{{string(t.preview), r}}, found), 0, under)
}
