package truth

import (
	"fmt"
	"slices"
	"strings"
)

// Score is how an output stands against a truth.
type Score struct {
	Must, MustHit, Should, ShouldHit int
	Wrong                            []string // what fails the case
	Lacking                          []string // "should" facts that are not there
}

// Compare holds the program's JSON lines and exit code against the case.
func (c *Case) Compare(stdout []byte, code int) *Score {
	s := &Score{}
	o := parseOutput(stdout)
	if len(o.faults) > 0 {
		s.Wrong = append(s.Wrong, o.faults[:min(5, len(o.faults))]...)
	}
	if want := c.codes(); !slices.Contains(want, code) {
		s.Wrong = append(s.Wrong, fmt.Sprintf("exit code %d, want %v", code, want))
	}
	told, judged := map[string]bool{}, c.Meta.MaxSeverity != "" || len(c.Meta.MustNot) > 0
	for i := range c.Facts {
		told[c.Facts[i].Event] = true
		judged = judged || c.Facts[i].Expect != ""
	}
	s.streams(c, o, told["frame"])
	if judged || told["refused"] {
		s.refused(c, o)
	}
	if judged {
		s.findings(c, o)
	}
	return s
}

// codes are the exit codes that are right.
func (c *Case) codes() []int {
	if len(c.Meta.Codes) > 0 {
		return c.Meta.Codes
	}
	codes := []int{0}
	for i := range c.Facts {
		if f := &c.Facts[i]; f.Event == "finding" && strings.HasPrefix(f.Rule, "file-") {
			if f.Level() == "must" {
				return []int{1}
			}
			codes = []int{0, 1}
		}
	}
	return codes
}

// group is a sequence of facts that must appear in order.
type group struct {
	kind, dir string
	port, nth int
	stream    int64 // -1 any
}

func (s *Score) streams(c *Case, o *output, frames bool) {
	want := map[group][]*Fact{}
	var order []group
	add := func(g group, f *Fact) {
		if _, ok := want[g]; !ok {
			order = append(order, g)
			want[g] = nil
		}
		if f != nil {
			want[g] = append(want[g], f)
		}
	}
	for i := range c.Facts {
		f := &c.Facts[i]
		g := group{kind: f.Event, dir: f.Dir, port: f.ClientPort, nth: f.nth, stream: -1}
		if f.Stream != nil {
			g.stream = int64(*f.Stream)
		}
		switch {
		case f.Event == "message" && f.Opcode >= 8:
			g.kind = "control"
		case f.Event != "open" && f.Event != "frame" && f.Event != "message":
			continue
		}
		add(g, f)
	}
	for _, conn := range o.order { // what the truth has nothing of must not be there either
		kinds := []string{"message", "control"}
		if frames {
			kinds[1] = "frame"
		}
		covered := func(kind, dir string) bool {
			return slices.ContainsFunc(order, func(g group) bool { return g.kind == kind && g.dir == dir && g.takes(conn) })
		}
		if !covered("open", "") {
			add(group{kind: "open", port: conn.open.port, nth: conn.nth, stream: int64(stream(conn.open))}, nil)
		}
		for _, k := range kinds {
			for _, d := range [2]string{"c2s", "s2c"} {
				if !covered(k, d) {
					add(group{kind: k, dir: d, port: conn.open.port, nth: conn.nth, stream: int64(stream(conn.open))}, nil)
				}
			}
		}
	}
	for _, g := range order {
		var conns []*connection
		for _, conn := range o.order {
			if g.takes(conn) {
				conns = append(conns, conn)
			}
		}
		if g.kind == "open" {
			s.opens(g, want[g], conns)
			continue
		}
		var got []*Line
		for _, conn := range conns {
			if g.kind == "message" {
				for _, m := range conn.messages[g.dir] {
					if m.Complete {
						got = append(got, m)
					}
				}
				continue
			}
			for _, f := range conn.frames[g.dir] {
				if g.kind == "frame" || f.Opcode >= 8 && f.Opcode <= 10 {
					got = append(got, f)
				}
			}
		}
		same := sameMessage
		if g.kind == "frame" {
			same = sameFrame
		}
		hit := inOrder(want[g], got, same)
		s.add(fmt.Sprintf("%s %d %s", g.kind, g.port, g.dir), want[g], hit, len(got)-len(hit))
	}
}

func (g group) takes(c *connection) bool {
	return c.open.port == g.port && (g.nth < 0 || c.nth == g.nth) && (g.stream < 0 || int64(stream(c.open)) == g.stream)
}

func (s *Score) opens(g group, want []*Fact, conns []*connection) {
	hit := map[int]bool{}
	extra := max(0, len(conns)-len(want))
	for i, f := range want {
		if i >= len(conns) {
			break
		}
		if why := openFaults(f, conns[i].open, false); len(why) == 0 {
			hit[i] = true
		} else if f.Level() == "must" || len(openFaults(f, conns[i].open, true)) > 0 {
			s.Wrong = append(s.Wrong, fmt.Sprintf("open %d: %v", g.port, why))
		}
	}
	s.add(fmt.Sprintf("open %d", g.port), want, hit, extra)
}

// openFaults tells what is off in an open or refused line; with claims, only
// what it says wrongly, not what it lacks.
func openFaults(f *Fact, l *Line, claims bool) []string {
	var out []string
	check := func(name, want, got string) {
		if want != got && (got != "" || !claims) {
			out = append(out, fmt.Sprintf("%s %q is not %q", name, got, want))
		}
	}
	text := func(name string, want *string, got string) {
		switch {
		case slices.Contains(f.Unknown, name):
			check(name, "", got)
		case want != nil:
			check(name, *want, got)
		}
	}
	text("uri", f.URI, l.URI)
	text("subprotocol", f.Subprotocol, l.Subprotocol)
	ext := ""
	if f.Extensions != nil {
		ext = normal(*f.Extensions)
	}
	text("extensions", &ext, normal(l.Extensions))
	text("transport", f.Transport, l.Transport)
	text("tls", f.TLS, l.TLS)
	text("cipher", f.Cipher, l.Cipher)
	if f.Status != nil && *f.Status != l.Status {
		check("status", fmt.Sprint(*f.Status), fmt.Sprint(l.Status))
	}
	if f.Packet != 0 {
		check("packet", fmt.Sprint(f.Packet), fmt.Sprint(l.Packet))
	}
	if f.ServerPort != 0 {
		check("server port", fmt.Sprint(f.ServerPort), fmt.Sprint(portOf(l.Server)))
	}
	if l.Event == "open" && (len(f.Unknown) > 0 || !claims) && (l.Handshake == "full") != (len(f.Unknown) == 0) {
		out = append(out, "handshake "+l.Handshake)
	}
	return out
}

func normal(ext string) string {
	ext = strings.ToLower(strings.ReplaceAll(ext, `"`, ""))
	return strings.Join(strings.Fields(ext), "")
}

func sameFrame(f *Fact, l *Line) bool {
	rsv := uint8(0)
	for i, b := range [3]bool{l.RSV3, l.RSV2, l.RSV1} {
		if b {
			rsv |= 1 << i
		}
	}
	if f.FIN != l.FIN || f.RSV != rsv || f.Opcode != l.Opcode || f.Masked != l.Masked || f.MaskKey != l.MaskKey || f.Len != l.Len ||
		f.Packet != 0 && f.Packet != l.Packet {
		return false
	}
	captured := f.Len
	if f.Captured != nil {
		captured = *f.Captured
	}
	if !(l.Captured == captured && l.sha == f.SHA256) && f.PartialSHA256[fmt.Sprint(l.Captured)] != l.sha {
		return false
	}
	return f.Missing == nil || slices.Equal(holes(*f.Missing, f.Len), holes(l.Missing, l.Len))
}

// holes are the lost ranges inside a frame; at its end there need not be one.
func holes(missing [][2]uint64, n uint64) (out [][2]uint64) {
	for _, m := range missing {
		if m[0]+m[1] < n {
			out = append(out, m)
		}
	}
	return out
}

func sameMessage(f *Fact, l *Line) bool {
	if f.Opcode != l.Opcode || f.Len != l.Len || f.SHA256 != l.sha || f.Packet != 0 && f.Packet != l.Packet {
		return false
	}
	return l.Event != "message" || (f.Compressed == nil || *f.Compressed == l.Compressed) && (f.Frames == nil || *f.Frames == len(l.frameNumbers))
}

// inOrder gives the indices of the facts that appear in got, in order: those
// of a longest common subsequence. Ends that agree are taken first.
func inOrder(want []*Fact, got []*Line, same func(*Fact, *Line) bool) map[int]bool {
	hit := map[int]bool{}
	lo, hi := 0, 0
	for lo < min(len(want), len(got)) && same(want[lo], got[lo]) {
		hit[lo] = true
		lo++
	}
	for hi < min(len(want), len(got))-lo && same(want[len(want)-1-hi], got[len(got)-1-hi]) {
		hi++
		hit[len(want)-hi] = true
	}
	w, g := want[lo:len(want)-hi], got[lo:len(got)-hi]
	table := make([][]int, len(w)+1)
	for i := range table {
		table[i] = make([]int, len(g)+1)
	}
	for i := len(w) - 1; i >= 0; i-- {
		for j := len(g) - 1; j >= 0; j-- {
			if same(w[i], g[j]) {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(w) && j < len(g); {
		switch {
		case same(w[i], g[j]) && table[i][j] == table[i+1][j+1]+1:
			hit[lo+i] = true
			i++
			j++
		case table[i+1][j] >= table[i][j+1]:
			i++
		default:
			j++
		}
	}
	return hit
}

func (s *Score) refused(c *Case, o *output) {
	var want []*Fact
	for i := range c.Facts {
		if c.Facts[i].Event == "refused" {
			want = append(want, &c.Facts[i])
		}
	}
	hit := inOrder(want, o.refused, func(f *Fact, l *Line) bool {
		return f.ClientPort == l.port && len(openFaults(f, l, false)) == 0
	})
	s.add("refused", want, hit, len(o.refused)-len(hit))
}

func (s *Score) findings(c *Case, o *output) {
	var want []*Fact
	hit := map[int]bool{}
	for i := range c.Facts {
		f := &c.Facts[i]
		if f.Event != "finding" {
			continue
		}
		if slices.ContainsFunc(o.findings, func(l *Line) bool { return sameFinding(f, l) }) {
			hit[len(want)] = true
		}
		want = append(want, f)
	}
	s.add("findings", want, hit, 0)
	for _, l := range o.findings {
		known := slices.ContainsFunc(want, func(f *Fact) bool { return sameFinding(f, l) })
		if slices.Contains(c.Meta.MustNot, l.Rule) || l.Severity != "info" && !known {
			s.Wrong = append(s.Wrong, fmt.Sprintf("a finding too many: %s %s %d (%s)", l.Rule, l.Dir, l.frameIndex, l.Severity))
		}
	}
	if slices.Contains(c.Meta.MustNot, "open") && len(o.order) > 0 {
		s.Wrong = append(s.Wrong, "no WebSocket was opened")
	}
}

func sameFinding(f *Fact, l *Line) bool {
	severity := f.Severity
	if severity == "note" {
		severity = "info"
	}
	rfc := f.RFC == "" || "RFC "+f.RFC == l.RFC
	for _, also := range f.RFCAlso {
		rfc = rfc || "RFC "+also == l.RFC
	}
	return f.Rule == l.Rule && severity == l.Severity && rfc && (f.ClientPort == 0 || f.ClientPort == l.port) &&
		(f.nth < 0 || f.nth == l.nth) && (f.Dir == "" || f.Dir == l.Dir) && (f.Frame == nil || *f.Frame == l.frameIndex)
}

func (s *Score) add(what string, want []*Fact, hit map[int]bool, extra int) {
	missing := 0
	for i, f := range want {
		switch f.Level() {
		case "must":
			s.Must++
			if hit[i] {
				s.MustHit++
			} else {
				missing++
			}
		case "should":
			s.Should++
			if hit[i] {
				s.ShouldHit++
			} else {
				s.Lacking = append(s.Lacking, fmt.Sprintf("%s %s", what, f.Rule))
			}
		}
	}
	if missing > 0 || extra > 0 {
		s.Wrong = append(s.Wrong, fmt.Sprintf("%s: %d missing, %d too many", what, missing, extra))
	}
}
