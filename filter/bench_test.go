package filter

import "testing"

var benchFilters = []struct{ name, expr string }{
	{"opcode", "opcode == text"},
	{"three", "opcode == text && dir == c2s && len > 2"},
	{"set", "opcode in {ping, pong, text}"},
	{"uri", `uri contains "room"`},
	{"contains", `payload contains "lo"`},
	{"regexp", `text matches "h.*o"`},
}

func BenchmarkMatch(b *testing.B) {
	for _, c := range benchFilters {
		b.Run(c.name, func(b *testing.B) {
			p, err := Compile(c.expr)
			if err != nil {
				b.Fatal(err)
			}
			r := textRow()
			payload := []byte("Hello")
			r.Payload = func() []byte { return payload }
			b.ReportAllocs()
			for b.Loop() {
				if !p.Match(r) {
					b.Fatal("no match")
				}
			}
		})
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	r := textRow()
	payload := []byte("Hello")
	r.Payload = func() []byte { return payload }
	for _, c := range append(benchFilters, struct{ name, expr string }{"masked", "websocket.masked_payload contains 7f:9f"}) {
		p, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		p.Match(r)
		if n := testing.AllocsPerRun(100, func() { p.Match(r) }); n != 0 {
			t.Errorf("%s: %v allocations", c.expr, n)
		}
	}
}
