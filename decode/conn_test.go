package decode

import (
	"strconv"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

func up(s string) step   { return step{side: event.ClientToServer, data: []byte(s)} }
func down(s string) step { return step{side: event.ServerToClient, data: []byte(s)} }
func lost(dir event.Dir, n int64) step {
	return step{side: dir, kind: isGap, gap: n}
}

// after is s, whose packet acknowledges what was sent.
func after(sent, s step) step {
	s.acked = int64(len(sent.data))
	return s
}
func fin(dir event.Dir) step { return step{side: dir, kind: isEnd, how: stream.FIN} }

// many makes n different text frames.
func many(make func(byte, string) string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(make(0x81, "message number "+strings.Repeat("x", i%7)+"!"))
	}
	return b.String()
}

func TestConn(t *testing.T) {
	hello, answer := client(0x81, "hello"), server(0x81, "answer")
	for _, c := range []struct {
		name  string
		late  bool // the beginning was not captured
		steps []step
		want  []string // lines that must be there, in this order
		not   string   // what no line may hold
	}{
		{"plain", false, []step{up(request), down(response), up(hello), down(answer), fin(0), fin(1)},
			[]string{"open full /chat 101", `c2s text "hello"`, `s2c text "answer"`, "end fin"}, "error tcp-overlap"},
		{"the 101 and frames in one segment", false, []step{up(request), down(response + answer)},
			[]string{"open full", `s2c text "answer"`}, "error"},
		{"the request and frames in one segment", false, []step{up(request + hello), down(response)},
			[]string{"open full", `c2s text "hello"`}, ""},
		{"the response first", false, []step{down(response), up(request), up(hello)},
			[]string{"open full", `c2s text "hello"`}, "error"},
		{"frames of both sides, then the handshake", false, []step{down(response + answer), up(request + hello)},
			[]string{"open full", `s2c text "answer"`}, "inferred"},
		{"a method in small letters", false, []step{up(strings.Replace(request, "GET", "get", 1)), down(response), up(hello), down(answer)},
			[]string{"open full /chat 101", "error req-method", `c2s text "hello"`, `s2c text "answer"`}, ""},
		{"small letters that are no request", false, []step{up("get lost\r\n"), up(request), down(response)}, nil, "open"},
		{"refused", false, []step{up(request), down("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"), fin(1)},
			[]string{"refused full /chat 403"}, "end"},
		{"refused, and again", false, []step{up(request), down("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), up(request), down(response), up(hello)},
			[]string{"refused full /chat 401", "open full /chat 101", `c2s text "hello"`}, ""},
		{"keep-alive, chunked bodies, pipelined", false, []step{
			up("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\nGET /b HTTP/1.1\r\n\r\n" + request),
			down("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nHTTP\r\n0\r\n\r\nHTTP/1.1 304 Same\r\n\r\nHTTP/1.1 103 Early\r\n\r\n" + response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"a body before the frames, the 101 first", false, []step{down(response), up(with(request, "Content-Length: 4") + "body" + hello)},
			[]string{"open full", `c2s text "hello"`}, "utf8"},
		{"CONNECT", false, []step{up("CONNECT a:80 HTTP/1.1\r\n\r\n"), down("HTTP/1.0 200 Connected\r\n\r\n"), up(request), down(response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"CONNECT, its answer lost", false, []step{up("CONNECT a:80 HTTP/1.1\r\n\r\n"), lost(1, 39), up(request), down(response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"CONNECT, its answer lost and what asked in the tunnel", false, []step{up("CONNECT a:80 HTTP/1.1\r\n\r\n"), lost(1, 39), lost(0, int64(len(request))), down(response), up(many(client, 8))},
			[]string{"open response-only", `c2s text`}, "error"},
		{"the answer to a HEAD lost", false, []step{up("HEAD / HTTP/1.1\r\n\r\n"), lost(1, 40), up("GET / HTTP/1.1\r\n\r\n"),
			after(up("HEAD / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"), down("HTTP/1.1 200 OK\r\nContent-Length: "+strconv.Itoa(len(response))+"\r\n\r\n"+response)), up(request), down(response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"another upgrade", false, []step{up("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"), down("HTTP/1.1 101 OK\r\nUpgrade: foo\r\n\r\n"), up(hello)},
			nil, "open"},
		{"another upgrade that the server declines", false, []step{up("GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\n"), down("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), up(request), down(response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"no HTTP", false, []step{up("SSH-2.0-x\r\n"), down("SSH-2.0-y\r\n")}, nil, "open"},
		{"the request lost", false, []step{lost(0, int64(len(request))), down(response), up(many(client, 8)), down(answer)},
			[]string{"open response-only", `s2c text "answer"`}, "error"},
		{"the response lost", false, []step{up(request), lost(1, int64(len(response))), up(hello), down(many(server, 12))},
			[]string{"open request-only /chat", `s2c text "message`}, "error"},
		{"lost inside a payload", false, []step{up(request), down(response), down(answer[:4]), lost(1, 2), down(answer[6:] + answer)},
			[]string{"open full", `s2c text "an\x00\x00er" missing [{2 2}]`, `s2c message "an\x00\x00er" incomplete`, `s2c text "answer"`}, "error"},
		{"both heads cut", false, []step{up(request[:60]), lost(0, int64(len(request)-60)), down(response[:50]), lost(1, int64(len(response)-50)), up(many(client, 8)), down(many(server, 12))},
			[]string{"open inferred", `c2s text "message number !"`, `s2c text "message number !"`}, "error"},
		{"a request whose answer has no body lost", false, []step{
			up("GET /a HTTP/1.1\r\n\r\n"), down("HTTP/1.1 204 No\r\n\r\n"), lost(0, 20),
			after(up("GET /a HTTP/1.1\r\n\r\n12345678901234567890"), down("HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n")), up(request), down(response), up(hello), down(answer)},
			[]string{"open full /chat 101", `c2s text "hello"`, `s2c text "answer"`}, "error"},
		{"a body that looks like a 101, its request lost", false, []step{lost(0, 20), down("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(response)) + "\r\n\r\n" + response), up(request), down(response), up(hello)},
			[]string{"open full /chat 101", `c2s text "hello"`}, "error"},
		{"a 101 that acknowledges a request still to come", false, []step{up("GET /a HTTP/1.1\r\n\r\n"), down("HTTP/1.1 204 No\r\n\r\n"),
			after(up("GET /a HTTP/1.1\r\n\r\n12345678901234567890"+request), down(response)), lost(0, 20), up(request), up(hello), down(answer)},
			[]string{"open full /chat 101", `c2s text "hello"`, `s2c text "answer"`}, "error"},
		{"a wrong Accept behind a loss", false, []step{lost(0, 20), after(up("12345678901234567890"+request), up(request)),
			after(up("12345678901234567890"+request), down(strings.Replace(response, "s3pPLM", "AAAAAA", 1))), up(hello)},
			[]string{"open full /chat 101", "error res-accept-invalid", `c2s text "hello"`}, ""},
		{"a frame that crosses the 101", false, []step{up(request), down(response), after(down(response[:20]), up(hello)), after(down(response), up(hello))},
			[]string{"open full /chat 101", `c2s text "hello"`, "error req-data-before-response", `c2s text "hello"`}, ""},
		{"a frame that acknowledges the 101", false, []step{up(request), down(response), after(down(response), up(hello)), down(answer), after(down(response), up(hello))},
			[]string{"open full /chat 101", `c2s text "hello"`, `s2c text "answer"`}, "error"},
		{"lost: a payload's tail", false, []step{up(request), down(response), down(answer[:4]), lost(1, 4), down(answer)},
			[]string{`s2c text "an" missing [{2 4}]`, `s2c text "answer"`}, "error"},
		{"lost: a header", false, []step{up(request), down(response), up(many(client, 2)), lost(0, 30), up(many(client, 8))},
			[]string{"open full", "c2s text", "c2s text", "c2s text", "c2s text"}, "error"},
		{"lost: an unknown number", false, []step{up(request), down(response), down(answer), lost(1, -1), down(many(server, 12))},
			[]string{`s2c text "answer"`, `s2c text "message`}, "error"},
		{"joined late, both ways", true, []step{up(many(client, 3)), down(many(server, 4)), up(many(client, 3)), down(many(server, 4))},
			[]string{"open inferred", "text"}, "error"},
		{"joined late, the client alone", true, []step{up(many(client, 3)), up(many(client, 3))},
			[]string{"open inferred", `c2s text`}, "error"},
		{"joined late before a request in single bytes", true, []step{up(request[:1]), up(request[1:2]), up(request[2:]), down(response), up(hello), down(answer)},
			[]string{"open full /chat 101", `c2s text "hello"`, `s2c text "answer"`}, "error"},
		{"both heads cut, few frames", false, []step{up(request[:60]), lost(0, int64(len(request)-60)), down(response[:50]), lost(1, int64(len(response)-50)), up(many(client, 2)), fin(0), fin(1)},
			[]string{"open inferred", `c2s text "message number !"`}, "error"},
		{"behind lost heads, frames in single bytes that begin like a head", false, []step{up(request[:60]), lost(0, 200), down(response[:50]), lost(1, 200),
			up("G"), up("ET"), up("\x81"), up(many(client, 12)), down("HTTP"), down("\x01"), down(many(server, 14))},
			[]string{"open inferred", "c2s text", "s2c text"}, "error"},
		{"joined late inside a frame", true, []step{up(hello[3:] + many(client, 10)), down(many(server, 14))},
			[]string{"open inferred", `c2s text`}, "error"},
		{"the end inside a header", false, []step{up(request), down(response), up(hello[:3]), fin(0), fin(1)},
			[]string{"open full", "error frame-truncated", "end fin"}, "c2s text"},
		{"the end inside a payload", false, []step{up(request), down(response), up(hello[:8]), fin(0), fin(1)},
			[]string{`c2s text "he" missing [{2 3}]`, "end fin"}, ""},
		{"the capture ends inside a payload", false, []step{up(request), down(response), up(hello[:8])},
			[]string{`c2s text "he" missing [{2 3}]`, `c2s message "he" incomplete`, "end eof"}, "error"},
		{"a length of 2^63 and more", false, []step{up(request), down(response), down("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask1234"), down(answer)},
			[]string{"s2c binary", "error frame-length-msb"}, `"answer"`},
		{"a length of 2^62", false, []step{up(request), down(response), down("\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00abc"), down("def"), fin(1), fin(0)},
			[]string{`s2c binary "abcdef" missing [{6 4611686018427387898}]`}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newTape(t)
			p.brief = true
			feed(p, NewShared(p, Options{Payload: 1 << 20}), !c.late, c.steps)
			at := 0
			for _, line := range p.lines {
				if at < len(c.want) && strings.HasPrefix(line, c.want[at]) || at < len(c.want) && strings.Contains(line, c.want[at]) {
					at++
				}
				if c.not != "" && strings.Contains(line, c.not) {
					t.Errorf("%s", line)
				}
			}
			if at < len(c.want) {
				t.Errorf("no %q in\n%s", c.want[at], strings.Join(p.lines, "\n"))
			}
		})
	}
}

// TestHandshakeCutAnywhere cuts request and response at every place.
func TestHandshakeCutAnywhere(t *testing.T) {
	whole := []step{up(request), down(response + server(0x81, "answer"))}
	want := decoded(t, true, whole)
	for i := 1; i < len(request); i++ {
		same(t, "the request", want[1:], decoded(t, true, []step{up(request[:i]), up(request[i:]), whole[1]})[1:])
	}
	for i := 1; i < len(whole[1].data); i++ {
		got := decoded(t, true, []step{whole[0], {side: 1, data: whole[1].data[:i]}, {side: 1, data: whole[1].data[i:]}})
		same(t, "the response", want[1:], got[1:])
	}
}
