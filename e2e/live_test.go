package e2e

import (
	"fmt"
	"strings"
	"testing"
)

// medium is where peers talk and the program listens.
type medium struct {
	iface      string
	listen, to string // the server's address, as it binds and as clients call it
	inServer   string // network namespaces
	inClient   string
	filter     string // with a place for the ports; empty: only them
	scheme     string
	cert       []string
}

// talk lets every pairing talk over a medium, in each way of compression, and
// compares.
func talk(t *testing.T, m medium, modes ...string) {
	short, long := plans()
	type pair struct {
		name   string
		client peer
		server *server
		log    []entry
	}
	var pairs []pair
	var ports []string
	for _, p := range pairings {
		t.Run("needs of "+p.name, func(t *testing.T) {
			p.client(t)
			p.server(t)
			pairs = append(pairs, pair{name: p.name, client: p.client})
		})
		if n := len(pairs); n > 0 && pairs[n-1].name == p.name {
			pairs[n-1].server = serve(t, m.inServer, m.listen, p.server, m.cert...)
			ports = append(ports, "port "+pairs[n-1].server.port)
		}
	}
	filter := strings.Join(ports, " or ")
	if m.filter != "" {
		filter = fmt.Sprintf(m.filter, filter)
	}
	args := []string{"-i", m.iface, "-o", "json"}
	var keys []string
	for i := range pairs {
		keys = append(keys, "")
		if m.cert != nil { // made while the capture runs
			keys[i] = fmt.Sprintf("%s/keys%d.log", t.TempDir(), i)
			args = append(args, "--keylog", keys[i])
		}
	}
	if m.scheme == "" {
		m.scheme = "ws"
	}
	c := listen(t, m.inServer, append(args, filter)...)
	for i := range pairs {
		p := &pairs[i]
		for k, mode := range modes {
			what := long
			if k > 0 {
				what = short
			}
			p.log = append(p.log, dial(t, m.inClient, p.server.url(m.scheme, m.to, fmt.Sprint(i, mode)), p.client, what, mode, keys[i])...)
		}
	}
	for i := range pairs {
		pairs[i].log = append(pairs[i].log, pairs[i].server.await(t, len(modes))...)
	}
	got := connections(t, c.finish(t))
	if len(got) != len(pairs)*len(modes) {
		t.Errorf("%d connections of %d", len(got), len(pairs)*len(modes))
	}
	for i, p := range pairs {
		t.Run(p.name, func(t *testing.T) {
			n := compare(t, got, p.log)
			if n < 20*len(modes) {
				t.Errorf("the logs have only %d entries", n)
			}
			for _, mode := range modes {
				check(t, got["/?id="+fmt.Sprint(i, mode)], mode, m)
			}
			t.Logf("%d entries of the endpoints' logs compared", n)
		})
	}
}

// check holds what is not in the logs.
func check(t *testing.T, c *connection, mode string, m medium) {
	t.Helper()
	if c == nil {
		return // told already
	}
	if len(c.errors) > 0 {
		t.Errorf("%s: peers that break no rule are blamed: %v", c.open.URI, c.errors)
	}
	if deflated := c.open.Extensions != ""; deflated != (mode != "off") {
		t.Errorf("%s: extensions %q with deflate %s", c.open.URI, c.open.Extensions, mode)
	}
	if mode == "no-takeover" && !strings.Contains(c.open.Extensions, "no_context_takeover") {
		t.Errorf("%s: extensions %q", c.open.URI, c.open.Extensions)
	}
	if n := len(c.messages["c2s"]) + len(c.messages["s2c"]); c.frames < n+4 {
		t.Errorf("%s: %d frames for %d messages, of which some were sent in fragments", c.open.URI, c.frames, n)
	}
	if (m.scheme == "wss") != (c.open.TLS != "") {
		t.Errorf("%s: tls is %q", c.open.URI, c.open.TLS)
	}
}

func TestLoopback(t *testing.T) {
	talk(t, medium{iface: "lo", listen: "127.0.0.1", to: "127.0.0.1"}, "off", "takeover", "no-takeover")
}

func TestAny(t *testing.T) {
	talk(t, medium{iface: "any", listen: "127.0.0.1", to: "localhost"}, "takeover")
}

func TestIPv6(t *testing.T) {
	talk(t, medium{iface: "lo", listen: "::1", to: "::1", filter: "ip6 and (%s)"}, "off", "takeover")
}

func TestTLS(t *testing.T) {
	talk(t, medium{iface: "lo", listen: "127.0.0.1", to: "127.0.0.1", scheme: "wss", cert: certificate(t)}, "takeover", "off")
}
