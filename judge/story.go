package judge

import (
	"fmt"
	"strings"
	"time"

	"wsscope/event"
)

// history is what the life story needs beyond the rules' own state.
type history struct {
	last      int64  // time of the latest frame before the first Close, or of the handshake
	reason    string // of the first Close, cut
	silence   int64  // without a frame before the first Close
	early     bool   // that Close was the first frame
	closedBy  event.Dir
	anyClose  bool
	gapBytes  [2]int64
	gaps      [2]int64
	lastFrame int64
}

func (h *history) open(o *event.Open) { h.last, h.lastFrame = o.Time, o.Time }

func (h *history) frame(f *event.Frame) {
	h.lastFrame = f.Time
	if !h.anyClose {
		h.last = f.Time
	}
}

// closed takes the first Close of a side.
func (h *history) closed(f *event.Frame) {
	if h.anyClose {
		return
	}
	h.anyClose, h.closedBy = true, f.Dir
	h.silence, h.early = f.Time-h.last, f.N == 1
	h.reason = string(f.CloseReason[:min(len(f.CloseReason), 125)])
}

func (h *history) transport(t *event.Transport) {
	if t.Kind == event.TransportGap && t.Dir <= event.ServerToClient {
		h.gaps[t.Dir]++
		h.gapBytes[t.Dir] += max(t.Bytes, 0)
	}
}

// story tells why the connection closed.
func (j *Conn) story(e *event.End) {
	var lines []string
	say := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	silence, closed := j.beginning(e, say)
	if closed {
		j.tcpEnd(say)
	}
	if hint := timeoutHint(silence); hint != "" {
		say("The silence of %s before it fits a common idle timeout: %s.", span(silence), hint)
	}
	for d := range j.sides {
		if p := j.sides[d].pings; p != nil && len(p.open) > 0 && !p.unsure {
			dir := event.Dir(d)
			say("The %s left %s of the %s unanswered, the first sent %s before the end.", name(dir), plural(len(p.open), "Ping"), name(dir.Reverse()), span(e.Over()-p.open[0].time))
		}
		if j.stats.gaps[d] > 0 {
			say("The capture lacks %s of the %s's stream, in %s; what they held is not judged.", amount(j.stats.gapBytes[d]), name(event.Dir(d)), plural(int(j.stats.gaps[d]), "gap"))
		}
	}
	e.Story = event.Story{Lines: lines, Verdict: [2]string{j.verdict(event.ClientToServer), j.verdict(event.ServerToClient)}}
	s := &j.sides[event.ServerToClient].close
	e.Story.ServerDropped = !j.stats.anyClose && s.first
}

// beginning says who began the end, and how the other side took it. closed is
// false where TCP did not end in the capture or where its end is already told.
func (j *Conn) beginning(e *event.End, say func(string, ...any)) (silence int64, closed bool) {
	h := &j.stats
	if h.anyClose {
		by, other := &j.sides[h.closedBy].close, &j.sides[h.closedBy.Reverse()].close
		before := "frame before"
		if h.early {
			before = "handshake"
		}
		say("The %s closed with %s, %s after the %s.", name(h.closedBy), codeWords(by.code, h.reason), span(h.silence), before)
		if r := j.sides[h.closedBy.Reverse()].failed; r != nil {
			say("Before it the %s broke %s, for which the other side must fail the connection.", name(h.closedBy.Reverse()), r.ID)
		}
		switch {
		case other.n == 0:
			say("The %s did not answer with a Close of its own.", name(h.closedBy.Reverse()))
		case other.at >= by.at:
			say("The %s answered with %s after %s.", name(h.closedBy.Reverse()), codeWords(other.code, ""), span(other.at-by.at))
		default:
			say("Both sides closed at the same time, the %s with %s.", name(h.closedBy.Reverse()), codeWords(other.code, ""))
		}
		return h.silence, true
	}
	for d := range j.sides {
		s, dir := &j.sides[d].close, event.Dir(d)
		if !s.first {
			continue
		}
		silence = s.end - h.lastFrame
		say("The %s %s without a Close, after %s of silence; the other side sees code 1006.", name(dir), j.ended(s.reset), span(silence))
		return silence, false
	}
	switch e.Reason {
	case event.EndEvicted:
		say("A memory limit ended the observation while the connection was open.")
	case event.EndRST:
		say("The connection was reset.")
	default:
		say("The capture ends while the connection is open, %s after its last frame.", span(e.Time-h.lastFrame))
	}
	return 0, false
}

// tcpEnd says how TCP ended after a Close.
func (j *Conn) tcpEnd(say func(string, ...any)) {
	for d := range j.sides {
		s, other := &j.sides[d].close, &j.sides[d^1].close
		if !s.first {
			continue
		}
		how := j.ended(s.reset)
		after := s.end - max(s.at, other.at)
		when := span(after) + " after"
		if after < 0 {
			when = span(-after) + " before"
		}
		then := ""
		switch {
		case other.end != 0 && other.reset:
			then = ", the other side reset it " + span(other.end-s.end) + " later"
		case other.end != 0:
			then = ", the other side " + span(other.end-s.end) + " later"
		case !s.reset:
			then = "; the other side's end is not in the capture"
		}
		say("The %s %s %s the last Close%s.", name(event.Dir(d)), how, when, then)
		return
	}
	if j.h2 {
		say("The end of the stream is not in the capture.")
		return
	}
	say("The end of TCP is not in the capture.")
}

// codeWords names a close code and a reason.
func codeWords(code int, reason string) string {
	if code == 0 {
		return "no status code"
	}
	s := fmt.Sprintf("%d (%s)", code, event.CloseCodeName(code))
	if reason != "" {
		s += " and the reason " + quote(reason)
	}
	return s
}

// verdict sums up one side.
func (j *Conn) verdict(dir event.Dir) string {
	c := &j.count[dir]
	var parts []string
	if c[event.Error] > 0 {
		parts = append(parts, plural(int(c[event.Error]), "error"))
	}
	if c[event.Warning] > 0 {
		parts = append(parts, plural(int(c[event.Warning]), "warning"))
	}
	switch {
	case len(parts) > 0:
		return name(dir) + ": " + strings.Join(parts, ", ")
	case !j.sides[dir].seen:
		return name(dir) + ": nothing of it was captured"
	}
	return name(dir) + ": conforms as far as seen"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// timeouts are idle timeouts that proxies, load balancers and servers have by
// default, in seconds.
var timeouts = []struct {
	seconds int64
	whose   string
}{
	{5, "5 s, Node.js keepAliveTimeout"},
	{10, "10 s"},
	{15, "15 s"},
	{30, "30 s, a default of many proxies"},
	{50, "50 s, of HAProxy's sample configuration"},
	{55, "55 s, Heroku's router"},
	{60, "60 s, nginx proxy_read_timeout, AWS ALB, Apache ProxyTimeout"},
	{75, "75 s, nginx keepalive_timeout"},
	{90, "90 s"},
	{100, "100 s, Cloudflare"},
	{120, "120 s, IIS and Kestrel keep-alive"},
	{180, "180 s"},
	{240, "240 s, Azure Load Balancer"},
	{300, "300 s, Envoy stream_idle_timeout, Apache Timeout"},
	{350, "350 s, AWS NLB"},
	{600, "600 s, AWS API Gateway, Google Cloud"},
	{3600, "3600 s, HAProxy's usual \"timeout tunnel\""},
}

// timeoutHint names the idle timeout that a silence fits within 2 % and a
// third of a second.
func timeoutHint(silence int64) string {
	for _, t := range timeouts {
		want := t.seconds * 1e9
		if off := silence - want; off >= -want/100 && off <= want/50+3e8 {
			return t.whose
		}
	}
	return ""
}

// span writes nanoseconds as people say them.
func span(ns int64) string {
	ns = max(ns, 0) // packet times may go back
	const second = int64(time.Second)
	switch s := (ns + second/2) / second; {
	case ns < 10*int64(time.Millisecond):
		return fmt.Sprintf("%.2f ms", float64(ns)/1e6)
	case ns < second:
		return fmt.Sprintf("%.1f ms", float64(ns)/1e6)
	case ns < 120*second:
		return fmt.Sprintf("%.1f s", float64(ns)/1e9)
	case s < 2*3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	default:
		return fmt.Sprintf("%d h %d min", s/3600, s/60%60)
	}
}
