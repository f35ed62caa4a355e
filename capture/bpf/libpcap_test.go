package bpf

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"wsscope/capture"
)

// oracle compiles with libpcap, through tcpdump.
type oracle struct{ program, dir string }

func newOracle(t *testing.T) oracle {
	program, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed: nothing to compare with")
	}
	return oracle{program, t.TempDir()}
}

// compile gives tcpdump's program for packets of a file, or its complaint.
func (o oracle) compile(t *testing.T, link int, expr string, flags ...string) (prog []bpf.RawInstruction, complaint string) {
	name := filepath.Join(o.dir, fmt.Sprint(link, ".pcap"))
	if _, err := os.Stat(name); err != nil {
		head := make([]byte, 24)
		binary.LittleEndian.PutUint32(head, 0xA1B2C3D4)
		binary.LittleEndian.PutUint16(head[4:], 2)
		binary.LittleEndian.PutUint16(head[6:], 4)
		binary.LittleEndian.PutUint32(head[16:], defaultSnaplen)
		binary.LittleEndian.PutUint32(head[20:], uint32(link))
		if err := os.WriteFile(name, head, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	c := exec.Command(o.program, append(flags, "-r", name, "-ddd", "--", expr)...)
	c.Stdout, c.Stderr = &stdout, &stderr
	if err := c.Run(); err != nil {
		return nil, strings.TrimSpace(stderr.String())
	}
	lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
	for _, line := range lines[1:] {
		var i bpf.RawInstruction
		if _, err := fmt.Sscan(line, &i.Op, &i.Jt, &i.Jf, &i.K); err != nil {
			t.Fatalf("tcpdump's %q: %v", line, err)
		}
		prog = append(prog, i)
	}
	return prog, ""
}

func expressions(t testing.TB) (list []string) {
	f, err := os.Open("testdata/expressions.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if line := s.Text(); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	if len(list) < 300 {
		t.Fatal("only", len(list), "expressions")
	}
	return list
}

// TestVerdictsAreLibpcaps runs libpcap's programs and ours over the same
// packets in the same machine: no verdict differs, for any expression, link
// type and packet. libpcap's optimizer changes libpcap's own verdicts on some
// packets that are cut off within the headers, because it moves loads; there
// its program before optimization is the measure.
func TestVerdictsAreLibpcaps(t *testing.T) {
	const perLink = 5000
	o := newOracle(t)
	list := expressions(t)
	for i, link := range []int{1, 0, 9, 101, 108, 113, 228, 229, 276} {
		t.Run(linkName(capture.LinkType(link)), func(t *testing.T) {
			t.Parallel()
			all := packets(t, link, perLink)
			var sum verdicts
			for n, expr := range list {
				// tcpdump takes its time: all expressions for Ethernet, a
				// third for each of the others.
				if link != 1 && n%3 != i%3 {
					continue
				}
				plain, complaint := o.compile(t, link, expr, "-O")
				ours, err := Compile(expr, capture.LinkType(link), 0)
				if complaint != "" || err != nil {
					if complaint == "" || err == nil {
						t.Errorf("%s\n libpcap: %s\n ours: %v", expr, complaint, err)
					}
					continue
				}
				optimized, complaint := o.compile(t, link, expr)
				if strings.Contains(complaint, "expression rejects all packets") {
					optimized = []bpf.RawInstruction{ins(opReturn, 0)}
				} else if complaint != "" {
					// It finds divisions by zero where there are none.
					optimized = plain
				}
				sum.compare(t, expr, optimized, plain, ours, all)
			}
			t.Logf("%d expressions x %d packets, %d expressions tell packets apart; libpcap's optimizer differs from libpcap on %d of %d",
				sum.compared, len(all), sum.telling, sum.optimizer, sum.compared*len(all))
			if sum.compared < 100 || sum.telling < sum.compared/3 || sum.optimizer > sum.compared*len(all)/1000 {
				t.Error("too few to mean anything")
			}
		})
	}
}

type verdicts struct{ compared, telling, optimizer int }

func (v *verdicts) compare(t *testing.T, expr string, optimized, plain, ours []bpf.RawInstruction, all []packet) {
	var m [3]*Matcher
	for i, prog := range [][]bpf.RawInstruction{optimized, plain, ours} {
		var err error
		if m[i], err = NewMatcher(prog); err != nil {
			t.Fatal(expr, err)
		}
	}
	matched := 0
	for i, p := range all {
		verdict, before, our := m[0].Match(p.data, p.wireLen), m[1].Match(p.data, p.wireLen), m[2].Match(p.data, p.wireLen)
		if verdict != before {
			v.optimizer++
		}
		if before != our {
			t.Errorf("%s\n packet %d of %d bytes: libpcap says %v\n%x\ntheirs:\n%sours:\n%s", expr, i, p.wireLen, before, p.data, listing(plain), listing(ours))
			break
		}
		if our {
			matched++
		}
	}
	v.compared++
	if matched > 0 && matched < len(all) {
		v.telling++
	}
}

func listing(prog []bpf.RawInstruction) string {
	var b strings.Builder
	for at, i := range prog {
		fmt.Fprintf(&b, "%4d %#02x %d %d %#x  %v\n", at, i.Op, i.Jt, i.Jf, i.K, i.Disassemble())
	}
	return b.String()
}
