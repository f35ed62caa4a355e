package bpf

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"wsscope/capture"
	"wsscope/limits"
)

func TestErrorsPointAtTheWord(t *testing.T) {
	tests := []struct {
		expr, word string
		offset     int
		msg        string
	}{
		{"tcp prot 80", "prot", 4, "expected \"and\", \"or\" or the end"},
		{"port foo", "foo", 5, "not a number, nor a service"},
		{"port 80 or", "", 10, "expected a primitive, such as \"port 80\", the filter ends"},
		{"port 80 and port 70000", "70000", 17, "16 bits"},
		{"host 1.2.3.256", "1.2.3.256", 5, "from 0 to 255"},
		{"host example.org", "example.org", 5, "not looked up"},
		{"net 10.0.0.1/8", "10.0.0.1/8", 4, "outside of its mask"},
		{"10.0.0.1", "10.0.0.1", 0, "perhaps \"host 10.0.0.1\""},
		{"tcp and 443", "443", 8, "perhaps \"port 443\""},
		{"tcp[13", "", 6, "expected \"]\""},
		{"(port 80", "", 8, "expected \")\""},
		{"(tcp[13] & 2)", ")", 12, "expected a comparison"},
		{"tcp[0:3] = 1", "3", 6, "1, 2 or 4"},
		{"ip[0xffffffff] = 1", "0xffffffff", 3, "beyond the end"},
		{"len / 0 = 1", "0", 6, "division by zero"},
		{"1 << 32 > 0", "32", 5, "31 bits"},
		{"vlan 4096", "vlan 4096", 0, "at most 4095"},
		{"port 80 and geneve", "geneve", 12, "not supported here"},
		{"gateway foo", "gateway", 0, "not supported here"},
		{"udp port ssh", "ssh", 9, "not a port of udp"},
		{"port 089", "089", 5, "octal"},
		{"port 99999999999", "99999999999", 5, "32 bits"},
		{"tcp ; udp", ";", 4, "no filter has"},
		{"tcp \\", "\\", 4, "backslash"},
		{"ip6 host 10.0.0.1", "10.0.0.1", 9, "no IPv4 hosts"},
		{"host 1:2:3:4:5:6", "1:2:3:4:5:6", 5, "ether host"},
		{"inbound", "inbound", 0, "direction is known only"},
		{"tcp src proto 6", "proto", 8, "expected a value"},
		{strings.Repeat("(", 200) + "tcp", "(", -1, "nested"},
		{strings.Repeat("tcp or ", limits.FilterBytes/7+1) + "udp", "", -1, "more than"},
	}
	for _, test := range tests {
		_, err := Compile(test.expr, 1, 0)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.40s: %v", test.expr, err)
			continue
		}
		if !strings.Contains(e.Msg, test.msg) || test.offset >= 0 && (e.Offset != test.offset || e.Len != len(test.word)) {
			t.Errorf("%.40s: %q at %d, %d long", test.expr, e.Msg, e.Offset, e.Len)
		}
		if test.word != "" && !strings.Contains(e.Error(), `"`+strings.ReplaceAll(test.word, `\`, `\\`)+`"`) {
			t.Errorf("%.40s: %v", test.expr, e)
		}
	}
}

func TestTooManyInstructions(t *testing.T) {
	var b strings.Builder
	for i := range 1500 {
		b.WriteString([]string{"port ", "or "}[min(i, 1)])
		b.WriteString(strings.Repeat("1", 1+i%3) + " ")
	}
	if _, err := Compile(b.String(), 1, 0); err != nil {
		t.Error("equal tests are not merged:", err)
	}
	b.Reset()
	b.WriteString("net 10.0.0.0")
	for i := range 2200 {
		b.WriteString(" or 10." + string('0'+rune(i%10)) + "." + string('0'+rune(i/10%10)) + "." + string('0'+rune(i/100%10)) + string('0'+rune(i/1000)))
	}
	if _, err := Compile(b.String(), 1, 0); err == nil || !strings.Contains(err.Error(), "4096 are the most") {
		t.Error(err)
	}
}

// What libpcap refuses and this package takes.
func TestMoreThanLibpcap(t *testing.T) {
	tcp := packet{data: join(make([]byte, 12), be16(etherIPv4), []byte{0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2},
		be16(1234), be16(443), make([]byte, 16))}
	for expr, want := range map[string]bool{
		"ip proto tcp":            true,
		"proto udp":               false,
		"ether proto ip":          true,
		"port https":              true,
		"port http":               false,
		"portrange http-https":    true,
		"tcp port http or 443":    true,
		"ip[2:2] / ip[0] = 0":     true,
		"":                        true,
		"  ":                      true,
		"port 80 or (443 or udp)": true,
	} {
		prog, err := Compile(expr, 1, 0)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
			continue
		}
		m, _ := NewMatcher(prog)
		if m.Match(tcp.data, len(tcp.data)) != want {
			t.Errorf("%s: not %v", expr, want)
		}
	}
}

func TestOptions(t *testing.T) {
	o := Options{
		Netmask: 0xFFFFFF00,
		Resolve: func(name string) ([]netip.Addr, error) {
			if name != "both.example" {
				return nil, errors.New("unknown")
			}
			return []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd50::1")}, nil
		},
	}
	same := func(expr, as string) {
		a, err := o.Compile(expr, 1, 0)
		b, err2 := Compile(as, 1, 0)
		if err != nil || err2 != nil || listing(a) != listing(b) {
			t.Errorf("%s (%v) is not %s (%v)", expr, err, as, err2)
		}
	}
	same("host both.example", "host 10.0.0.1 or fd50::1")
	same("ip src both.example", "ip src 10.0.0.1")
	same("ip broadcast", "ip and (ip[16:4] & 0xff = 0 or ip[16:4] & 0xff = 0xff)")
	if _, err := o.Compile("host other.example", 1, 0); err == nil || !strings.Contains(err.Error(), "unknown") {
		t.Error(err)
	}
}

func TestSnaplen(t *testing.T) {
	prog, err := Compile("", 1, 96)
	if err != nil || len(prog) != 1 || prog[0] != ins(opReturn, 96) {
		t.Error(prog, err)
	}
	if _, err := Compile("tcp", 147, 0); err == nil || !strings.Contains(err.Error(), "link type 147") {
		t.Error(err)
	}
}

// TestByteOrderOfLoopback: a file of a machine of the other byte order is
// filtered, too.
func TestByteOrderOfLoopback(t *testing.T) {
	prog, err := Compile("ip", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := NewMatcher(prog)
	for _, b := range [][]byte{{2, 0, 0, 0}, {0, 0, 0, 2}} {
		if !m.Match(b, 4) {
			t.Errorf("%x", b)
		}
	}
	if m.Match([]byte{30, 0, 0, 0}, 4) {
		t.Error("IPv6 is no IPv4")
	}
}

// TestMatcherIsTheVM holds Matcher against the machine of x/net/bpf, which
// knows no wire length, on the compiled expressions.
func TestMatcherIsTheVM(t *testing.T) {
	all := packets(t, 1, 1000)
	for _, expr := range expressions(t) {
		prog, err := Compile(expr, 1, 0)
		if err != nil {
			continue
		}
		m, err := NewMatcher(prog)
		if err != nil {
			t.Fatal(expr, err)
		}
		instructions, _ := bpf.Disassemble(prog)
		vm, err := bpf.NewVM(instructions)
		if err != nil {
			t.Fatal(expr, err)
		}
		for _, p := range all {
			if n, err := vm.Run(p.data); err != nil || m.Match(p.data, len(p.data)) != (n > 0) {
				t.Fatal(expr, n, err)
			}
		}
	}
}

func TestNewMatcherRefuses(t *testing.T) {
	ret := ins(opReturn, 1)
	for name, prog := range map[string][]bpf.RawInstruction{
		"empty":          nil,
		"no return":      {ins(opLoadConst, 1)},
		"unknown":        {ins(0xFF, 0), ret},
		"scratch":        {ins(opStore, 16), ret},
		"zero":           {ins(opDiv, 0), ret},
		"jump out":       {ins(opJump, 1), ret},
		"jump far out":   {ins(opJump, 0xFFFFFFFF), ret},
		"branch out":     {{Op: opJumpEqual, Jt: 0, Jf: 1}, ret},
		"ends in branch": {ret, {Op: opJumpEqual}},
	} {
		if _, err := NewMatcher(prog); err == nil {
			t.Error(name)
		}
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	prog, _ := Compile("tcp port 80 and ip[2:2] > ip[0] + 5", 1, 0)
	m, _ := NewMatcher(prog)
	all := packets(t, 1, 100)
	if n := testing.AllocsPerRun(10, func() {
		for _, p := range all {
			m.Match(p.data, p.wireLen)
		}
	}); n != 0 {
		t.Error(n, "allocations")
	}
}

// FuzzCompile: no panic, and what compiles is a program that the kernel's
// checks, the machine of x/net/bpf and ours accept, with equal verdicts; so
// are the programs for sockets.
func FuzzCompile(f *testing.F) {
	for _, expr := range expressions(f) {
		f.Add(expr, uint16(1))
	}
	for i, link := range []uint16{0, 9, 101, 108, 113, 228, 229, 276, 147} {
		f.Add(expressions(f)[i*40], link)
	}
	m := maker{rand.New(rand.NewPCG(1, 2))}
	var all [][]byte
	for range 20 {
		all = append(all, m.make(1))
	}
	f.Fuzz(func(t *testing.T, expr string, link uint16) {
		prog, err := Compile(expr, capture.LinkType(link), 0)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Len < 0 || e.Offset+e.Len > len(expr) || e.Error() == "" {
				t.Fatal(err)
			}
			return
		}
		matcher, err := NewMatcher(prog)
		if err != nil {
			t.Fatal(err)
		}
		instructions, ok := bpf.Disassemble(prog)
		vm, err := bpf.NewVM(instructions)
		if !ok || err != nil {
			t.Fatal(err)
		}
		attached, _, err := Options{}.CompileLinux(expr, []Hardware{{1, capture.LinkType(link)}, {hardwareLoopback, 1}}, 0)
		if err == nil {
			_, err = NewMatcher(attached)
		}
		if err != nil && !strings.Contains(err.Error(), "are the most") {
			t.Fatal(err)
		}
		for _, b := range all {
			if n, err := vm.Run(b); err != nil || matcher.Match(b, len(b)) != (n > 0) {
				t.Fatal(n, err)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	all := packets(b, 1, 2000)
	for _, expr := range []string{"tcp", "tcp port 20200", "host 10.0.0.1 and (port 80 or 443 or 20200)"} {
		b.Run(expr, func(b *testing.B) {
			prog, _ := Compile(expr, 1, 0)
			m, _ := NewMatcher(prog)
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				p := &all[n%len(all)]
				n++
				m.Match(p.data, p.wireLen)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	expr := "host 10.0.0.1" + strings.Repeat(" or 10.0.0.2 or 10.0.0.3 or fd50::1", 20) + " and port 80"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compile(expr, 1, 0); err != nil {
			b.Fatal(err)
		}
	}
}
