package ui

import (
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/timeline"
)

// layered is a store with one frame in two DATA frames and records, and an
// encrypted connection whose server name is hostile.
func layered(t *testing.T) *timeline.Store {
	store := timeline.New(timeline.Options{})
	t.Cleanup(func() { store.Close() })
	c := &event.Conn{ID: 1, Client: netip.MustParseAddrPort("[::1]:5000"), Server: netip.MustParseAddrPort("[::1]:443"), Stream: 5}
	store.Open(&event.Open{Stamp: event.Stamp{Packet: 6, Time: 1}, Conn: c, Transport: "h2", TLS: "1.3", URI: "/"})
	store.Frame(&event.Frame{
		Stamp: event.Stamp{Packet: 9, Time: 2}, Conn: c, N: 1, Index: 1, First: event.Stamp{Packet: 7, Time: 2}, FIN: true, Opcode: event.OpPing,
		Header: [14]byte{0x89, 5}, HeaderLen: 2, Len: 5, Captured: 5, Payload: []byte("hello"), RTT: -1,
		Spans: []event.Span{{Off: 0, Len: 3, Packet: 7, TCP: 2310, Via: 1}, {Off: 3, Len: 4, Packet: 9, TCP: 4000, Via: 2}},
		Vias: []event.Via{
			{Data: event.DataFrame{N: 11, Stream: 5, Off: 800, Len: 3}, Record: event.Record{N: 9, Len: 29, At: 9, Last: 8}},
			{Data: event.DataFrame{N: 12, Stream: 5, Off: 812, Len: 13, Pad: 8}, Record: event.Record{N: 10, Len: 40, At: 10, Last: 9}},
		},
	})
	store.Encrypted(&event.Encrypted{
		Stamp: event.Stamp{Packet: 12, Time: 3}, Client: netip.MustParseAddrPort("10.0.0.2:50000"), Server: netip.MustParseAddrPort("10.0.0.1:443"),
		Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "evil\x1b[2J.example", Reason: "no keys were given: name a key log with --keylog",
	})
	return store
}

func TestLayerTable(t *testing.T) {
	b := newBench(t, layered(t), 160, 60)
	reader := b.a.reader
	var row timeline.Row
	if !reader.Row(1, &row) {
		t.Fatal("no row")
	}
	var got []string
	for _, l := range b.a.layerTable(&row) {
		got = append(got, strings.Join(strings.Fields(l.text()), " "))
	}
	want := []string{
		"", "Layers each line carried these bytes of the frame, its header counted",
		"frame bytes HTTP/2 DATA TLS record TCP stream packets",
		"0 to 2 #11 of stream 5, from 0 of 3, at 800 #9, from 9 of 29 at 2,310 7 to 8",
		"3 to 6 #12 of stream 5, from 0 of 13, 8 padding, at 812 #10, from 10 of 40 at 4,000 9",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// TestEncryptedConns holds that a connection that cannot be read stands in the
// connections pane, with what is to be done about it.
func TestEncryptedConns(t *testing.T) {
	b := newBench(t, layered(t), 160, 40)
	b.a.focus = inConns
	b.a.conns.list.move(2)
	b.draw()
	text := b.text()
	for _, want := range []string{"; 1 encrypted", "encrypted evil", "TLS 1.3", "no keys were given", "What to do", "name a key log with --keylog", "TLS_AES_128_GCM_SHA256"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the screen:\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Error("an escape sequence reaches the screen")
	}
	before := b.a.rows.options.Conn
	b.a.do(actEnter)
	if b.a.rows.options.Conn != before {
		t.Error("the timeline was narrowed to a connection that it does not have")
	}
}
