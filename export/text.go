package export

import (
	"io"
	"strconv"
	"time"

	"wsscope/event"
)

// Text writes the timeline for people: a line an event, findings under the
// line they are about, and a summary. A data message is one line; the frames
// of fragmented messages are shown only with Frames.
type Text struct {
	pen
	Frames bool           // also show the frames of fragmented messages
	Zone   *time.Location // of the times; UTC where nil
	// Encryption also shows the TLS connections that cannot be read as they
	// come. In a file their keys may stand further on: there the summary tells.
	Encryption bool

	day    int64 // of the last date line
	conns  map[int]*textConn
	rest   folds // findings without a connection
	remark note
	// Where the last line of a frame or message stands, for the findings
	// that follow it directly.
	lastConn, lastFrame uint64
	clock               struct {
		second int64
		text   [len("15:04:05.")]byte
	}
}

// textConn is what the view remembers of an open connection.
type textConn struct{ folds folds }

// Columns of the timeline.
const (
	colTime = 8  // after the packet number
	colConn = 24 // after 15:04:05.000000
	colDir  = 31
	colType = 35
	colSize = 42 // the size ends two columns before colText
	colText = 54
	colWrap = colType + 4 // further lines of a sentence
)

// NewText takes Color and Width.
func NewText(w io.Writer, opt Options) *Text {
	return &Text{pen: newPen(newOut(w), opt), conns: map[int]*textConn{}, day: -1 << 62}
}

// head writes packet, time and connection.
func (t *Text) head(s event.Stamp, conn int) {
	if s.Packet == 0 {
		t.to(colConn)
	} else {
		t.stamp(s)
	}
	if conn > 0 {
		t.styled(styleDim, "#")
		t.uint(uint64(conn))
	}
	t.to(colDir)
}

func (t *Text) stamp(s event.Stamp) {
	second, nano := s.Time/1e9, s.Time%1e9
	if nano < 0 {
		second, nano = second-1, nano+1e9
	}
	if second != t.clock.second || t.day == -1<<62 {
		zone := t.Zone
		if zone == nil {
			zone = time.UTC
		}
		at := time.Unix(second, 0).In(zone)
		t.clock.second = second
		at.AppendFormat(t.clock.text[:0], "15:04:05.")
		_, offset := at.Zone()
		if day := floorDiv(second+int64(offset), 86400); day != t.day {
			t.day = day
			t.styled(styleDim, at.Format("── Mon 2006-01-02 MST ──"))
			t.newline()
		}
	}
	t.style(styleDim)
	var scratch [20]byte
	t.right(colTime-1, strconv.AppendUint(scratch[:0], s.Packet, 10))
	t.to(colTime)
	t.b = append(t.b, t.clock.text[:]...)
	t.b = appendDigits(t.b, uint64(nano)/1000, 6)
	t.col += len(t.clock.text) + 6
	t.style(styleNone)
	t.to(colConn)
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return -((-a + b - 1) / b)
	}
	return a / b
}

// direction writes the roles: who sends to whom.
func (t *Text) direction(d event.Dir) {
	if d == event.ClientToServer {
		t.styled(styleGreen, "c→s")
	} else {
		t.styled(styleCyan, "c←s")
	}
	t.to(colType)
}

func (t *Text) kind(op uint8) {
	st := styleNone
	switch {
	case op == event.OpClose:
		st = styleYellow
	case event.IsControl(op):
		st = styleDim
	case op > event.OpBinary:
		st = styleRed
	}
	t.styled(st, event.OpcodeName(op))
	t.to(colSize)
}

func (t *Text) bytes(n uint64) {
	var scratch [24]byte
	t.right(colText-2, appendSize(scratch[:0], n))
}

// Frame shows control and reserved frames, and with Frames the fragments.
func (t *Text) Frame(f *event.Frame) {
	data := f.Opcode <= event.OpBinary
	if data && (!t.Frames || f.FIN && f.Opcode != event.OpContinuation) {
		return // its message says it
	}
	t.head(f.Stamp, f.Conn.ID)
	t.direction(f.Dir)
	if data {
		t.styled(styleDim, "┊ ")
		t.styled(styleDim, event.OpcodeName(f.Opcode))
		t.to(colSize)
	} else {
		t.kind(f.Opcode)
	}
	t.bytes(f.Len)
	n := &t.remark
	n.reset()
	n.frame(f)
	if f.HasClose {
		t.to(colText)
		t.uint(uint64(f.CloseCode))
		t.put(" ")
		t.put(event.CloseCodeName(f.CloseCode))
		if len(f.CloseReason) > 0 {
			t.put(": ")
			t.wire(f.CloseReason, t.left(n.columns()))
		}
	} else {
		t.preview(f.Payload, false, n.columns())
	}
	t.note(n)
	t.newline()
	t.lastConn, t.lastFrame = uint64(f.Conn.ID), f.N
}

// Message shows a message in one line.
func (t *Text) Message(m *event.Message) {
	t.head(m.Stamp, m.Conn.ID)
	t.direction(m.Dir)
	t.kind(m.Opcode)
	t.bytes(m.Len)
	n := &t.remark
	n.reset()
	n.message(m)
	t.preview(m.Payload, m.Opcode == event.OpText, n.columns())
	t.note(n)
	t.newline()
	t.lastConn, t.lastFrame = uint64(m.Conn.ID), 0
	if len(m.Frames) > 0 {
		t.lastFrame = m.Frames[len(m.Frames)-1]
	}
}
