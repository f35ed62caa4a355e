package judge

import (
	"strings"
	"testing"
	"time"

	"wsscope/event"
)

func TestStory(t *testing.T) {
	for _, c := range []struct{ name, trace, want string }{
		{"an orderly end", hello + reply + "later 40 s\n" + byeClient + byeServer + finBoth, `
The client closed with 1000 (normal closure), 40.0 s after the frame before.
The server answered with 1000 (normal closure) after 0.10 ms.
The server ended TCP (FIN) 0.10 ms after the last Close, the other side 0.10 ms later.
client: conforms as far as seen
server: conforms as far as seen`},
		{"a reason", "s2c 88 08 03 f3 73 6f 72 72 79 21\nc2s FIN\ns2c FIN", `
The server closed with 1011 (internal error) and the reason "sorry!", 0.10 ms after the handshake.
The client did not answer with a Close of its own.
The client ended TCP (FIN) 0.10 ms after the last Close, the other side 0.10 ms later.
client: 1 error
server: conforms as far as seen`},
		{"a proxy's timeout", hello + "later 60 s\ns2c FIN\nc2s FIN", `
The server ended TCP (FIN) without a Close, after 60.0 s of silence; the other side sees code 1006.
The silence of 60.0 s before it fits a common idle timeout: 60 s, nginx proxy_read_timeout, AWS ALB, Apache ProxyTimeout.
client: conforms as far as seen
server: 1 warning`},
		{"a violation before", "c2s 81 01 68\ns2c 88 02 03 ea\nc2s 88 82 01 02 03 04 02 e8\n" + finBoth, `
The server closed with 1002 (protocol error), 0.10 ms after the frame before.
Before it the client broke frame-client-unmasked, for which the other side must fail the connection.
The client answered with 1002 (protocol error) after 0.10 ms.
The server ended TCP (FIN) 0.10 ms after the last Close, the other side 0.10 ms later.
client: 1 error
server: conforms as far as seen`},
		{"both at once", byeServer + byeClient + "c2s RST", `
The server closed with 1000 (normal closure), 0.10 ms after the handshake.
The client answered with 1000 (normal closure) after 0.10 ms.
The client reset TCP (RST) 0.10 ms after the last Close.
client: conforms as far as seen
server: conforms as far as seen`},
		{"a reset", hello + "c2s RST", `
The client reset TCP (RST) without a Close, after 0.10 ms of silence; the other side sees code 1006.
client: 2 warnings
server: conforms as far as seen`},
		{"unanswered Pings", hello + "s2c 89 01 61\nlater 30 s\ns2c 89 01 62\nlater 30 s\ns2c 88 02 03 f3\ns2c FIN", `
The server closed with 1011 (internal error), 30.0 s after the frame before.
The client did not answer with a Close of its own.
The server ended TCP (FIN) 0.10 ms after the last Close; the other side's end is not in the capture.
The silence of 30.0 s before it fits a common idle timeout: 30 s, a default of many proxies.
The client left 2 Pings of the server unanswered, the first sent 60.0 s before the end.
client: conforms as far as seen
server: conforms as far as seen`},
		{"the capture ends", "c2s GAP 12\n" + hello, `
The capture ends while the connection is open, 0.10 ms after its last frame.
The capture lacks 12 bytes of the client's stream, in 1 gap; what they held is not judged.
client: conforms as far as seen
server: conforms as far as seen`},
		{"one direction", "inferred\n" + reply, `
The capture ends while the connection is open, 0.10 ms after its last frame.
client: nothing of it was captured
server: conforms as far as seen`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, c.trace).last.Story
			if got := strings.Join(append(s.Lines, s.Verdict[:]...), "\n"); got != strings.TrimSpace(c.want) {
				t.Errorf("got\n%s\nwant%s", got, c.want)
			}
		})
	}
}

func TestTimeoutHint(t *testing.T) {
	for silence, want := range map[time.Duration]bool{
		4800 * time.Millisecond: false, 5 * time.Second: true, 60 * time.Second: true, 60300 * time.Millisecond: true, 58 * time.Second: false,
		63 * time.Second: false, 350 * time.Second: true, time.Hour: true, 0: false, time.Second: false,
	} {
		if got := timeoutHint(int64(silence)) != ""; got != want {
			t.Errorf("%v: %v, want %v", silence, got, want)
		}
	}
}

func TestRefusal(t *testing.T) {
	for _, c := range []struct {
		status int
		want   string
	}{
		{403, "The server refused the handshake with 403: not allowed, often because of the Origin."},
		{200, "The server refused the handshake with 200: an ordinary page, so no WebSocket endpoint stands there, or a proxy removed the Upgrade."},
		{418, "The server refused the handshake with 418: the server blames the request."},
	} {
		if got := Refusal(&event.Open{Status: c.status, HandshakeTime: -1}); got[0] != c.want || len(got) != 1 {
			t.Errorf("%d: %q", c.status, got)
		}
	}
	if got := Refusal(&event.Open{Status: 503, HandshakeTime: 1500 * time.Microsecond}); got[1] != "It answered after 1.50 ms." {
		t.Errorf("%q", got)
	}
}
