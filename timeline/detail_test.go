package timeline

import (
	"reflect"
	"testing"
	"time"

	"wsscope/event"
)

var details = []Detail{
	{First: event.Stamp{Packet: 7, Time: 100}, Captured: 5},
	{
		First: event.Stamp{Packet: 9, Time: 400}, Captured: 1 << 63, RTT: 3 * time.Millisecond, HasRTT: true,
		Missing: []event.Range{{Off: 1, Len: 2}, {Off: 1 << 40, Len: 7}},
		Spans:   []event.Span{{Off: 0, Len: 100, Packet: 3, TCP: -1}, {Off: 100, Len: 4, Packet: 9, TCP: 1 << 33}},
	},
	{
		First: event.Stamp{Packet: 9}, Captured: 3,
		Spans: []event.Span{{Len: 2, Packet: 3, TCP: 7, Via: 1}, {Off: 2, Len: 4, Packet: 9, TCP: -1, Via: 2}, {Off: 6, Len: 1, Packet: 10}},
		Vias: []event.Via{
			{Data: event.DataFrame{N: 1, Stream: 5, Off: -1, Len: 9, Pad: 3, At: 2}, Record: event.Record{N: 8, Len: 30, At: 11, Last: 4}},
			{Record: event.Record{N: 9, Len: 31, Last: 9}},
		},
	},
	{
		First: event.Stamp{Packet: 1}, Frames: []uint64{3, 5, 1 << 33}, WireLen: 12, Cut: true, Error: "no beginning",
		Inflate: event.Inflate{Fault: event.InflateWindow, Detail: "distance 300", MaxDistance: 300},
	},
	{Rule: "r", RFC: "RFC 6455 section 5.1", Text: "why", Client: "a", Server: "b"},
}

func TestDetailRoundTrip(t *testing.T) {
	base := event.Stamp{Packet: 9, Time: 400}
	for _, want := range details {
		b := appendDetail(nil, &want, base)
		got, err := decodeDetail(b[4:], base)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v (%v), want %+v", got, err, want)
		}
	}
}

func FuzzDetail(f *testing.F) {
	for _, d := range details {
		f.Add(appendDetail(nil, &d, event.Stamp{})[4:])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeDetail(b, event.Stamp{})
		if err != nil {
			return
		}
		again, err := decodeDetail(appendDetail(nil, &d, event.Stamp{})[4:], event.Stamp{})
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Spans) <= 4096 && len(d.Missing) <= 4096 && !reflect.DeepEqual(d, again) {
			t.Errorf("%+v became %+v", d, again)
		}
	})
}
