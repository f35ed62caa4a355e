package http1

import (
	"bytes"
	"strings"
	"testing"
)

func TestRequest(t *testing.T) {
	for _, c := range []struct{ name, head, method, target, proto, upgrade string }{
		{"plain", "GET /chat HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", "GET", "/chat", "HTTP/1.1", "websocket"},
		{"bare LF", "GET /chat HTTP/1.1\nUpgrade: websocket\n\n", "GET", "/chat", "HTTP/1.1", "websocket"},
		{"twice", "GET / HTTP/1.1\r\nUpgrade: a\r\nuPGRADE:b \r\n\r\n", "GET", "/", "HTTP/1.1", "a, b"},
		{"folded", "GET / HTTP/1.1\r\nUpgrade: a\r\n\tb\r\n\r\n", "GET", "/", "HTTP/1.1", "a b"},
		{"a blank in the target", "GET /a b HTTP/1.1\r\n\r\n", "GET", "/a b", "HTTP/1.1", ""},
		{"no version", "GET /\r\n\r\n", "GET", "/", "", ""},
		{"nothing", "\r\n\r\n", "", "", "", ""},
		{"a blank before the colon", "GET / HTTP/1.1\r\nUpgrade : x\r\n\r\n", "GET", "/", "HTTP/1.1", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := End([]byte(c.head+"more"), 0); c.name != "nothing" && n != len(c.head) {
				t.Errorf("the head ends at %d of %d", n, len(c.head))
			}
			r := ParseRequest([]byte(c.head))
			up, _ := r.Get("upgrade")
			if r.Method != c.method || r.Target != c.target || r.Proto != c.proto || up != c.upgrade {
				t.Errorf("%+v, %q", r, up)
			}
		})
	}
}

func TestResponse(t *testing.T) {
	for head, want := range map[string]int{
		"HTTP/1.1 101 Switching Protocols\r\n\r\n": 101,
		"HTTP/1.1  101 X\r\n\r\n":                  101,
		"HTTP/1.1 101\r\n\r\n":                     101,
		"HTTP/1.1 1010 X\r\n\r\n":                  0,
		"HTTP/1.1 -1 X\r\n\r\n":                    0,
		"HTTP/1.1\r\n\r\n":                         0,
	} {
		if r := ParseResponse([]byte(head)); r.Status != want {
			t.Errorf("%q: %d", head, r.Status)
		}
	}
}

func TestBody(t *testing.T) {
	for _, c := range []struct {
		name, header, body, rest string
		broken                   bool
	}{
		{"none", "", "", "GET", false},
		{"counted", "Content-Length: 3", "abc", "GET", false},
		{"counted twice the same", "Content-Length: 3, 3", "abc", "GET", false},
		{"zero", "Content-Length: 0", "", "GET", false},
		{"chunked", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n", "GET", false},
		{"chunked, with extension and trailer", "Transfer-Encoding: gzip, Chunked", "A;x=y\r\n0123456789\r\n0\r\nSum: 1\r\n\r\n", "GET", false},
		{"chunked wins", "Content-Length: 100\r\nTransfer-Encoding: chunked", "1\r\na\r\n0\r\n\r\n", "GET", false},
		{"not a size", "Transfer-Encoding: chunked", "xyz\r\n", "", true},
		{"a size of more than 64 bits", "Transfer-Encoding: chunked", "11111111111111111\r\n", "", true},
		{"a chunk header that never ends", "Transfer-Encoding: chunked", strings.Repeat("0", longestLine), "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := ParseRequest([]byte("POST / HTTP/1.1\r\n" + c.header + "\r\n\r\n"))
			for _, size := range []int{1, 2, 7, 1 << 20} {
				b := RequestBody(&r)
				in, used, ok := []byte(c.body+c.rest), 0, true
				for used < len(in) && ok && !b.Done() {
					var n int
					n, ok = b.Feed(in[used:min(len(in), used+size)])
					used += n
				}
				if ok == c.broken || !c.broken && (used != len(c.body) || !b.Done()) {
					t.Errorf("in pieces of %d: %d of %d bytes, done: %v, whole: %v", size, used, len(c.body), b.Done(), ok)
				}
			}
		})
	}
}

func TestResponseBody(t *testing.T) {
	for _, c := range []struct {
		head, method string
		done, close  bool
	}{
		{"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\n", "GET", true, false},
		{"HTTP/1.1 304 No\r\nContent-Length: 5\r\n\r\n", "GET", true, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD", true, false},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "GET", false, false},
		{"HTTP/1.0 200 OK\r\n\r\n", "GET", false, true},
	} {
		r := ParseResponse([]byte(c.head))
		if b := ResponseBody(&r, c.method); b.Done() != c.done || b.UntilClose() != c.close {
			t.Errorf("%q to %s: done %v, until close %v", c.head, c.method, b.Done(), b.UntilClose())
		}
	}
}

func TestSkip(t *testing.T) {
	r := ParseRequest([]byte("POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n"))
	b := RequestBody(&r)
	if !b.Skip(4) || b.Skip(7) || !b.Skip(6) || !b.Done() {
		t.Error("lost bytes of a counted body")
	}
}

// TestEndIsLinear holds a head that comes byte by byte against its whole.
func TestEndIsLinear(t *testing.T) {
	head := []byte("GET / HTTP/1.1\r\n" + strings.Repeat("a: b\r\n", 1000) + "\r\n")
	from := 0
	for n := range head {
		if end := End(head[:n], from); end >= 0 {
			t.Fatalf("ends at %d", end)
		}
		from = n
	}
	if End(head, from) != len(head) {
		t.Error("never ends")
	}
}

func FuzzHead(f *testing.F) {
	f.Add([]byte("GET /chat HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"), uint8(3))
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\n x\r\n\n"), uint8(1))
	f.Add([]byte("\n\r\n\r\n: \r\n :\r\n\r\n"), uint8(2))
	f.Fuzz(func(t *testing.T, in []byte, size uint8) {
		step := int(size%16) + 1
		from, end := 0, -1
		for n := step; end < 0 && n < len(in)+step; n += step {
			b := in[:min(n, len(in))]
			end = End(b, from)
			from = len(b)
		}
		whole := End(in, 0)
		if (whole < 0) != (end < 0) || whole >= 0 && end != whole {
			t.Fatalf("ends at %d, in pieces at %d", whole, end)
		}
		if whole < 0 {
			return
		}
		raw := in[:whole]
		q, s := ParseRequest(raw), ParseResponse(raw)
		if len(q.Fields) != len(s.Fields) || len(q.Fields) > bytes.Count(raw, []byte("\n")) || !bytes.Equal(q.Raw, raw) || s.Status > 999 {
			t.Fatalf("%+v, %+v", q, s)
		}
		LooksLikeRequest(in)
		LooksLikeResponse(in)
		a, b := RequestBody(&q), ResponseBody(&s, q.Method)
		for _, body := range []*Body{&a, &b} {
			one := *body
			used, ok := body.Feed(in[whole:])
			n := 0
			for rest := in[whole:]; n < len(rest) && !one.Done(); {
				u, k := one.Feed(rest[n : n+1])
				n += u
				if !k || u == 0 {
					break
				}
			}
			if used > len(in)-whole || ok && used != n {
				t.Fatalf("the body takes %d bytes, byte by byte %d", used, n)
			}
		}
	})
}
