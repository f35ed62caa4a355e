package deflate

import (
	"encoding/hex"
	"strings"
	"testing"

	"wsscope/event"
)

const plenty = 1 << 30

// message gives one payload, in hex, to c.
func message(t *testing.T, c *Context, payload string) (string, Result) {
	t.Helper()
	p, err := hex.DecodeString(strings.ReplaceAll(payload, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	out, r := inflate(c, p)
	return string(out), r
}

func inflate(c *Context, pieces ...[]byte) ([]byte, Result) {
	c.Begin(plenty)
	var dst []byte
	for _, p := range pieces {
		dst = c.Write(dst, p)
	}
	return c.End(dst)
}

// Each case is one connection's messages in one direction, text and fault.
func TestMessages(t *testing.T) {
	type m struct {
		payload, text string
		fault         event.InflateFault
	}
	const hello = "f2 48 cd c9 c9 07 00"
	for _, test := range []struct {
		name     string
		opt      Options
		messages []m
	}{
		{"RFC 7692 section 7.2.3.1, one block", Options{}, []m{{hello, "Hello", 0}}},
		{"RFC 7692 section 7.2.3.2, sharing the window", Options{}, []m{
			{hello, "Hello", 0}, {"f2 00 11 00 00", "Hello", 0}}},
		{"RFC 7692 section 7.2.3.2, not sharing the window", Options{NoContextTakeover: true}, []m{
			{hello, "Hello", 0}, {hello, "Hello", 0}}},
		{"RFC 7692 section 7.2.3.3, no compression", Options{}, []m{
			{"00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello", 0}}},
		{"RFC 7692 section 7.2.3.4, BFINAL", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 00", "Hello", 0}, {"f2 00 11 00 00", "Hello", 0}}},
		{"RFC 7692 section 7.2.3.5, two blocks", Options{}, []m{
			{"f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello", 0}}},
		{"RFC 7692 section 7.2.3.6, empty", Options{}, []m{
			{"00", "", 0}, {"02 00", "", 0}, {hello, "Hello", 0}, {"00", "", 0}, {"f2 00 11 00 00", "Hello", 0}}},

		{"two final blocks", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 f3 48 cd c9 c9 07 00 00", "HelloHello", 0}}},
		{"final stored block", Options{}, []m{
			{"01 05 00 fa ff 48 65 6c 6c 6f 00", "Hello", 0}}},
		{"empty stored block inside", Options{}, []m{
			{"00 00 00 ff ff f2 48 cd c9 c9 07 00", "Hello", 0}}},

		{"tail left on", Options{}, []m{
			{hello + "00 00 ff ff", "Hello", event.InflateTailKept}, {"f2 00 11 00 00", "Hello", 0}}},
		{"no empty block after a stored one", Options{}, []m{
			{"00 05 00 fa ff 48 65 6c 6c 6f", "Hello", event.InflateTailKept}}},
		{"no empty block after a final one", Options{}, []m{
			{"f3 48 cd c9 c9 07 00", "Hello", event.InflateTailKept}, {"f2 00 11 00 00", "Hello", 0}}},
		{"padding of a final block", Options{}, []m{
			{"f3 48 cd c9 c9 07 80 00", "Hello", event.InflatePadding}, {"f2 00 11 00 00", "Hello", 0}}},
		{"one zero byte too many after a final block", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 00 00", "Hello", event.InflatePadding}, {"f2 00 11 00 00", "Hello", 0}}},
		{"four zero bytes too many after a final block", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 00 00 00 00 00", "Hello", event.InflatePadding}}},
		{"nine zero bytes too many after a final block", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 00 00 00 00 00 00 00 00 00 00", "Hello", event.InflatePadding}}},
		{"a zero byte between a final block and the next", Options{}, []m{
			{"f3 48 cd c9 c9 07 00 00 f2 48 cd c9 c9 07 00", "HelloHello", event.InflatePadding}}},
		{"zero bytes after a block that is not final", Options{}, []m{
			{"f2 48 05 00 00 00 00 00 00", "He", event.InflateInvalid}}},

		{"empty payload", Options{}, []m{
			{"", "", event.InflateEmptyPayload}, {hello, "Hello", 0}}},
		{"ends inside a header", Options{}, []m{
			{"f2 48 cd c9 c9 07", "Hello", event.InflateEndsInBlock}, {"f2 00 11 00 00", "H????", event.InflateContextLost}}},
		{"ends inside a compressed block", Options{}, []m{
			{"f2 48 cd c9", "Hel", event.InflateEndsInBlock}}},
		{"ends inside a stored block", Options{}, []m{
			{"00 05 00 fa ff 48", "H", event.InflateEndsInBlock}}},
		{"ends inside a stored block's length", Options{}, []m{
			{"00 05 00", "", event.InflateEndsInBlock}}},
		{"ends with half the tail", Options{}, []m{
			{hello + "00 00", "Hello", event.InflateEndsInBlock}}},
		{"zlib header", Options{}, []m{
			{"78 9c f2 48 cd c9 c9 07 00", "", event.InflateInvalid}}},
		{"block type 3", Options{}, []m{
			{"07 00", "", event.InflateInvalid}, {"02 00", "", 0}}},
		{"stored length without complement", Options{}, []m{
			{"00 05 00 fa fe 48 65 6c 6c 6f 00", "", event.InflateInvalid}}},
		{"before the stream", Options{}, []m{
			{"f2 00 11 00 00", "H", event.InflateInvalid}}},
		{"before the capture", Options{UnknownHistory: true}, []m{
			{"f2 00 11 00 00", "H????", event.InflateContextLost}, {hello, "Hello", 0}, {"f2 00 11 00 00", "Hello", 0}}},
		{"before the capture, all of it new", Options{UnknownHistory: true}, []m{
			{hello, "Hello", 0}, {"f2 00 11 00 00", "Hello", 0}}},
		{"takeover", Options{NoContextTakeover: true}, []m{
			{hello, "Hello", 0}, {"f2 00 11 00 00", "Hello", event.InflateTakeover}}},
		{"takeover of nothing", Options{NoContextTakeover: true}, []m{
			{"f2 00 11 00 00", "H", event.InflateInvalid}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := New(test.opt)
			for i, m := range test.messages {
				text, r := message(t, c, m.payload)
				if text != m.text || r.Fault != m.fault || r.Len != int64(len(text)) {
					t.Errorf("message %d: %q, %+v, want %q, fault %d", i+1, text, r, m.text, m.fault)
				}
				if (r.Fault == 0) != (r.Detail == "") {
					t.Errorf("message %d: fault %d with detail %q", i+1, r.Fault, r.Detail)
				}
				if r.Fault != 0 {
					t.Logf("%s", r.Detail)
				}
			}
		})
	}
}
