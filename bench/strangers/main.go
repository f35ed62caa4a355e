// Command strangers measures how well connections are recognised that a
// capture joins in their middle, without a handshake: how many streams of
// other protocols are taken for WebSocket (there should be none), and after
// how many frames genuine ones are found.
package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"

	"wsscope/decode"
	"wsscope/event"
	"wsscope/stream"
)

func main() {
	n := flag.Int("streams", 1000, "connections of each kind")
	seed := flag.Uint64("seed", 1, "random seed")
	flag.Parse()
	fmt.Printf("%-28s %11s %11s\n", "other protocols", "connections", "taken")
	total, taken := 0, 0
	for _, k := range strangers {
		hits := 0
		for i := range *n {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			if _, found := join(late(r, k.talk(r)), nil); found {
				hits++
			}
		}
		fmt.Printf("%-28s %11d %11d\n", k.name, *n, hits)
		total, taken = total+*n, taken+hits
	}
	fmt.Printf("%-28s %11d %11d\n\n", "together", total, taken)
	fmt.Printf("%-28s %11s %7s %22s\n", "WebSocket", "connections", "found", "after frames (50/90 %)")
	for _, k := range genuine {
		hits, after := 0, []int(nil)
		for i := range *n {
			r := rand.New(rand.NewPCG(*seed, uint64(i)))
			if frames, found := join(late(r, k.talk(r)), frameEnds); found {
				hits++
				after = append(after, frames)
			}
		}
		slices.Sort(after)
		middle, most := 0, 0
		if hits > 0 {
			middle, most = after[hits/2], after[hits*9/10]
		}
		fmt.Printf("%-28s %11d %5.1f %% %15d / %d\n", k.name, *n, 100*float64(hits)/float64(*n), middle, most)
	}
}

// turn is what one side sends at once; ends are the places in data where
// WebSocket frames end.
type turn struct {
	dir  event.Dir
	data []byte
	ends []int
}

// segment is a TCP segment's payload.
type segment struct {
	dir  event.Dir
	data []byte
	ends int // WebSocket frames that end in it
}

// late cuts a conversation into segments and drops its beginning.
func late(r *rand.Rand, turns []turn) []segment {
	var all []segment
	for _, t := range turns {
		size := func() int { return 1448 }
		switch r.IntN(8) {
		case 0: // written in small pieces
			size = func() int { return 1 + r.IntN(600) }
		case 1: // segmentation offload
			size = func() int { return 1448 * (1 + r.IntN(20)) }
		}
		for at := 0; at < len(t.data); {
			n := min(size(), len(t.data)-at)
			s := segment{dir: t.dir, data: t.data[at : at+n]}
			for _, e := range t.ends {
				if e > at && e <= at+n {
					s.ends++
				}
			}
			all = append(all, s)
			at += n
		}
	}
	return all[r.IntN(1+len(all)/2):]
}

// frameEnds asks join to count frames.
var frameEnds = func(s segment) int { return s.ends }

// join decodes segments and tells whether a WebSocket was found, after how
// many frames of both directions.
func join(all []segment, count func(segment) int) (frames int, found bool) {
	out := &opens{}
	sh := decode.NewShared(out, decode.Options{})
	c := decode.NewConn(sh, netip.MustParseAddrPort("192.0.2.1:40000"), netip.MustParseAddrPort("192.0.2.2:7000"), false)
	var now event.Stamp
	for _, s := range all {
		now.Packet++
		now.Time += 5e6
		c.Data(s.dir, &stream.Chunk{Data: slices.Clone(s.data), Origin: now, Now: now, Acked: -1})
		if count != nil {
			frames += count(s)
		}
		if out.n > 0 {
			return frames, true
		}
	}
	c.End(0, stream.FIN, now)
	c.End(1, stream.FIN, now)
	return frames, out.n > 0
}

// opens is a decode.Output that counts connections.
type opens struct{ n int }

func (o *opens) Open(*event.Open)     { o.n++ }
func (*opens) Frame(*event.Frame)     {}
func (*opens) Message(*event.Message) {}
func (*opens) Finding(*event.Finding) {}
func (*opens) End(*event.End)         {}
