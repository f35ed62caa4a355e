package reassembly

import (
	"bytes"
	"math/rand/v2"
	"net"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	outsider "github.com/google/gopacket/reassembly"

	"wsscope/link"
)

// collector is a gopacket stream that keeps what it is given.
type collector struct{ got [2][]byte }

func (c *collector) New(net, transport gopacket.Flow, tcp *layers.TCP, ac outsider.AssemblerContext) outsider.Stream {
	return c
}

func (*collector) Accept(*layers.TCP, gopacket.CaptureInfo, outsider.TCPFlowDirection, outsider.Sequence, *bool, outsider.AssemblerContext) bool {
	return true
}

func (c *collector) ReassembledSG(sg outsider.ScatterGather, _ outsider.AssemblerContext) {
	dir, _, _, _ := sg.Info()
	n, _ := sg.Lengths()
	side := 0
	if dir != outsider.TCPDirClientToServer {
		side = 1
	}
	c.got[side] = append(c.got[side], sg.Fetch(n)...)
}

func (*collector) ReassemblyComplete(outsider.AssemblerContext) bool { return true }

// TestGopacket holds the streams against those of gopacket/reassembly, where
// that one is right: every segment captured once, some out of order, none
// longer than its pages.
func TestGopacket(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 4))
		sent := [2][]byte{randomBytes(r, 10_000), randomBytes(r, 3_000)}
		rec := &recorder{t: t, quiet: true}
		w := newWire(rec)
		theirs := &collector{}
		a := outsider.NewAssembler(outsider.NewStreamPool(theirs))
		both := func(side int, s link.Segment) {
			w.segment(side, s)
			ports := [2]layers.TCPPort{1000, 80}
			ips := [2]net.IP{{10, 0, 0, 1}, {10, 0, 0, 2}}
			tcp := &layers.TCP{SrcPort: ports[side], DstPort: ports[1-side], Seq: s.Seq, Ack: s.Ack,
				SYN: s.Flags&link.SYN != 0, ACK: s.Flags&link.ACK != 0, FIN: s.Flags&link.FIN != 0}
			tcp.SetInternalPortsForTesting()
			tcp.Payload = s.Payload
			flow, err := gopacket.FlowFromEndpoints(layers.NewIPEndpoint(ips[side]), layers.NewIPEndpoint(ips[1-side]))
			if err != nil {
				t.Fatal(err)
			}
			a.Assemble(flow, tcp)
		}
		seq := [2]uint32{r.Uint32(), r.Uint32()}
		both(0, link.Segment{Flags: link.SYN, Seq: seq[0] - 1})
		both(1, link.Segment{Flags: link.SYN | link.ACK, Seq: seq[1] - 1, Ack: seq[0]})
		both(0, link.Segment{Flags: link.ACK, Seq: seq[0], Ack: seq[1]})
		for side := range sent {
			var all []link.Segment
			for at := 0; at < len(sent[side]); {
				n := min(len(sent[side])-at, 1+r.IntN(1400))
				all = append(all, link.Segment{Flags: link.ACK, Seq: seq[side] + uint32(at), Ack: seq[1-side], Payload: sent[side][at : at+n]})
				at += n
			}
			for i := range all[:len(all)-1] {
				if r.IntN(3) == 0 {
					all[i], all[i+1] = all[i+1], all[i]
				}
			}
			for _, s := range all {
				both(side, s)
			}
		}
		a.FlushAll()
		w.a.Close(w.now)
		for side := range sent {
			ours := rec.conns[0].stream[side]
			if !bytes.Equal(ours, sent[side]) || !bytes.Equal(ours, theirs.got[side]) {
				t.Fatalf("seed %d, side %d: %d bytes were sent, %d here, %d there", seed, side, len(sent[side]), len(ours), len(theirs.got[side]))
			}
		}
	}
}
