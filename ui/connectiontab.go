package ui

import (
	"fmt"
	"strings"
	"time"

	"wsscope/event"
)

// connectionTab is the life of a connection: who it was between, how it
// began and ended, and small charts of what travelled.
func (a *app) connectionTab(s *subject, width int) doc {
	if !s.hasConn {
		return lines{{{"this row belongs to no connection", dim}}}
	}
	c := &s.conn
	p := &a.details.profile
	state, r := connState(c)
	out := lines{
		{{fmt.Sprintf("connection %d: ", c.ID), strong}, {state, r}},
		{{"  client ", client}, {c.Client.String(), normal}, {"   server ", server}, {c.Server.String(), normal}},
	}
	if o := c.Open; o != nil && o.URI != "" {
		out = append(out, line{{"  ", dim}, {o.Host + o.URI, normal}})
	}
	out = append(out, line{})
	out = append(out, lifeLines(s, p, width)...)
	out = append(out, line{}, line{{"Traffic", heading}}, line{{"                frames  messages  payload bytes", dim}})
	for d := event.ClientToServer; d <= event.ServerToClient; d++ {
		mark, dr := arrow(d)
		out = append(out, line{{"  " + mark + " " + pad(dirWords(d), 17), dr}, {fmt.Sprintf("%8s%10s%15s", grouped(c.Frames[d]), grouped(c.Messages[d]), grouped(c.Bytes[d])), normal}})
	}
	out = append(out, line{})
	out = append(out, throughputLines(p, width)...)
	out = append(out, sizeLines(p, width)...)
	return append(out, rttLines(p, width)...)
}

// lifeLines tells the story: the decoder's once the connection is over, and
// until then what is known.
func lifeLines(s *subject, p *profile, width int) lines {
	c := &s.conn
	out := lines{{{"Life", heading}}}
	tell := func(text string, r role) {
		for i, l := range wrap(text, width-4) {
			lead := "  • "
			if i > 0 {
				lead = "    "
			}
			out = append(out, line{{lead, dim}, {l, r}})
		}
	}
	if c.End == nil {
		tell("first seen "+fullTime(c.FirstTime), normal)
		tell("last seen "+fullTime(c.LastTime)+", "+duration(time.Duration(c.LastTime-c.FirstTime))+" later", normal)
	} else {
		for _, l := range c.End.Story.Lines {
			tell(l, normal)
		}
		if len(c.End.Story.Lines) == 0 {
			tell("lasted "+duration(c.End.Duration)+" from "+fullTime(c.FirstTime), normal)
		}
		for _, v := range c.End.Story.Verdict {
			if v != "" {
				r := normal
				if strings.Contains(v, "error") {
					r = bad
				}
				tell(v, r)
			}
		}
	}
	if p.maxGap > time.Second {
		tell("longest silence "+duration(p.maxGap)+", from "+time.Unix(0, p.gapAt).UTC().Format("15:04:05.000 UTC")+" on", dim)
	}
	for d := event.ClientToServer; d <= event.ServerToClient; d++ {
		switch n := c.Unanswered[d]; {
		case c.End != nil && c.End.Count[0].LostBytes+c.End.Count[1].LostBytes > 0: // the answer may be lost, or told before its ping
		case n == 1:
			tell("the last ping of the "+sender(d)+" was not answered", warn)
		case n > 1:
			tell(fmt.Sprintf("the last %d pings of the %s were not answered", n, sender(d)), warn)
		}
	}
	return out
}

func sender(d event.Dir) string {
	if d == event.ServerToClient {
		return "server"
	}
	return "client"
}

// throughputLines draws payload bytes over time.
func throughputLines(p *profile, width int) lines {
	used := 1
	for d := range p.bytes {
		for i, v := range p.bytes[d] {
			if v > 0 {
				used = max(used, i+1)
			}
		}
	}
	out := lines{{{"Throughput", heading}, {fmt.Sprintf("  %s in all, a bar is %s", duration(time.Duration(used)*p.width), duration(p.width)), dim}}}
	for d := event.ClientToServer; d <= event.ServerToClient; d++ {
		values := make([]float64, used)
		top := uint64(0)
		for i, v := range p.bytes[d][:used] {
			values[i] = float64(v)
			top = max(top, v)
		}
		mark, r := arrow(d)
		peak := uint64(float64(top) / p.width.Seconds())
		out = append(out, line{{"  " + mark + " ", r}, {sparkline(resample(values, max(8, width-24))), r}, {"  ≤ " + size(peak) + "B/s", dim}})
	}
	return append(out, line{})
}

// sizeLines draws how many messages have which length.
func sizeLines(p *profile, width int) lines {
	first, last := -1, -1
	top := uint64(0)
	for i := range p.sizes[0] {
		if n := p.sizes[0][i] + p.sizes[1][i]; n > 0 {
			if first < 0 {
				first = i
			}
			last = i
			top = max(top, p.sizes[0][i], p.sizes[1][i])
		}
	}
	if first < 0 {
		return nil
	}
	out := lines{{{"Message sizes", heading}, {"  bytes: messages", dim}}}
	for i := first; i <= last; i++ {
		label := "0"
		if i > 0 {
			label = size(1<<(i-1)) + "…"
		}
		l := line{{fmt.Sprintf("  %8s ", label), dim}}
		half := max(8, (width-28)/2)
		for d := event.ClientToServer; d <= event.ServerToClient; d++ {
			n := p.sizes[d][i]
			mark, r := arrow(d)
			text := ""
			if n > 0 {
				text = mark + barOf(n, top, half-10) + " " + size(n)
			}
			l = append(l, span{pad(text, half), r})
		}
		out = append(out, l)
	}
	return append(out, line{})
}

// rttLines draws the round trips of pings.
func rttLines(p *profile, width int) lines {
	out := lines{{{"Pings", heading}, {fmt.Sprintf("  → %d, answered by ← %d;  ← %d, answered by → %d", p.pings[0], p.pongs[1], p.pings[1], p.pongs[0]), dim}}}
	if p.nRTT == 0 {
		return append(out, line{{"  no ping was answered", dim}})
	}
	return append(out,
		line{{"  ", dim}, {sparkline(p.newestRTTs(max(8, width-4))), accent}},
		line{{fmt.Sprintf("  round trip %s to %s, %s on average, of %s", duration(p.minRTT), duration(p.maxRTT), duration(p.sumRTT/time.Duration(p.nRTT)), count(p.nRTT, "ping")), normal}})
}
