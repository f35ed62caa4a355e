package pipeline

import (
	"fmt"

	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/judge"
)

// notes remarks on the capture as a whole.
func (f *front) notes(j *job) {
	s := &f.stats
	note := func(rule, text string) {
		n := judge.Note(rule, text)
		n.Stamp, n.Dir = j.stamp, event.NoDir
		j.notes = append(j.notes, *n)
	}
	if s.snapped > 0 {
		note("packet-snapped", fmt.Sprintf("%d of %d packets were cut by the capture's snap length (the first to %d bytes): what was cut is shown as lost; capture with -s 0 to keep all", s.snapped, s.packets, s.firstSnappedSize))
	}
	if s.backwards > 0 {
		note("timestamps-not-monotonic", fmt.Sprintf("the time of %d packets is earlier than that of a packet before them (the first is packet %d): durations may be wrong", s.backwards, s.backwardsPacket))
	}
	if n := f.tcp.Struck.BadChecksumUsed; n > 0 {
		note("bad-checksum", fmt.Sprintf("%d segments with a wrong TCP checksum were used, because nothing else filled their place", n))
	}
	if n := f.tcp.Struck.NoData; n > 0 {
		note("tcp-no-data", fmt.Sprintf("%d of %d TCP connections never carried data: refused, or a scan or flood", n, f.tcp.Total))
	}
}

// decodeStruck lists the limits that struck in the workers.
func (p *Pipeline) decodeStruck() []event.Struck {
	var head, waiting, held, hunted, skipped, inflated, cut, requests uint64
	var h2 http2.Stats
	var streams, streamsTotal, layers uint64
	for _, w := range p.workers {
		s := &w.shared.Stats
		head += s.HeadTooLong
		waiting += s.WaitingTotal
		held += s.HeldReleased
		hunted += s.NotFollowed
		skipped += s.HuntSkipped
		inflated += s.InflateLimited
		cut += s.PayloadCut
		requests += s.PendingRequests
		h2.HeaderBlock += s.HTTP2.HeaderBlock
		h2.HeaderList += s.HTTP2.HeaderList
		h2.Hunt += s.HTTP2.Hunt
		streams += s.H2Streams
		streamsTotal += s.H2StreamsTotal
		layers += s.Layers
	}
	return struckList(
		event.Struck{Limit: "http-head", Count: head, Text: "connections not followed: an HTTP head too long"},
		event.Struck{Limit: "waiting-total", Count: waiting, Text: "connections not followed: too many bytes waiting to be understood"},
		event.Struck{Limit: "held-bytes", Count: held, Text: "directions whose other half of the handshake was not waited for any longer"},
		event.Struck{Limit: "hunt-unknown", Count: hunted, Text: "connections joined late that showed no frames"},
		event.Struck{Limit: "hunt-buffer", Count: skipped, Text: "times that bytes were skipped while looking for frame boundaries"},
		event.Struck{Limit: "inflated-message", Count: inflated, Text: "messages that inflate to more than the limit"},
		event.Struck{Limit: "frame-payload", Count: cut, Text: "payloads cut"},
		event.Struck{Limit: "pending-requests", Count: requests, Text: "connections not followed: too many HTTP requests without an answer"},
		event.Struck{Limit: "h2-header-block", Count: h2.HeaderBlock, Text: "HTTP/2 header blocks not decoded: too long"},
		event.Struck{Limit: "h2-header-list", Count: h2.HeaderList, Text: "HTTP/2 header blocks of which not all fields were kept"},
		event.Struck{Limit: "h2-hunt", Count: h2.Hunt, Text: "times that bytes were skipped while looking for HTTP/2 frames"},
		event.Struck{Limit: "h2-streams", Count: streams, Text: "HTTP/2 streams not followed: too many on one connection"},
		event.Struck{Limit: "h2-streams-total", Count: streamsTotal, Text: "HTTP/2 streams not followed: too many on all connections"},
		event.Struck{Limit: "layers", Count: layers, Text: "tunnels not followed: too many inside each other"},
	)
}
