package http2

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"wsscope/event"
	"wsscope/limits"
)

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func show(list []event.Header) string {
	var s []string
	for _, f := range list {
		s = append(s, f.Name+"="+f.Value)
	}
	return strings.Join(s, " ")
}

// TestRFC7541 has examples of RFC 7541 appendix C: blocks that build on each
// other, and the size of the table behind each.
func TestRFC7541(t *testing.T) {
	type block struct {
		bytes, want string
		size        int
	}
	for _, c := range []struct {
		name   string
		table  int
		blocks []block
	}{
		{"C.3, requests without Huffman coding", 4096, []block{
			{"8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", ":method=GET :scheme=http :path=/ :authority=www.example.com", 57},
			{"8286 84be 5808 6e6f 2d63 6163 6865", ":method=GET :scheme=http :path=/ :authority=www.example.com cache-control=no-cache", 110},
			{"8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", ":method=GET :scheme=https :path=/index.html :authority=www.example.com custom-key=custom-value", 164},
		}},
		{"C.4, requests with Huffman coding", 4096, []block{
			{"8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", ":method=GET :scheme=http :path=/ :authority=www.example.com", 57},
			{"8286 84be 5886 a8eb 1064 9cbf", ":method=GET :scheme=http :path=/ :authority=www.example.com cache-control=no-cache", 110},
			{"8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", ":method=GET :scheme=https :path=/index.html :authority=www.example.com custom-key=custom-value", 164},
		}},
		{"C.5, responses, with eviction", 256, []block{
			{"4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
				":status=302 cache-control=private date=Mon, 21 Oct 2013 20:13:21 GMT location=https://www.example.com", 222},
			{"4803 3330 37c1 c0bf", ":status=307 cache-control=private date=Mon, 21 Oct 2013 20:13:21 GMT location=https://www.example.com", 222},
			{"88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
				":status=200 cache-control=private date=Mon, 21 Oct 2013 20:13:22 GMT location=https://www.example.com content-encoding=gzip set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1", 215},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDecoder(true)
			d.max = c.table
			for _, b := range c.blocks {
				got, err := d.decode(unhex(t, b.bytes))
				if show(got) != b.want || d.partial || d.size != b.size || err != nil {
					t.Errorf("got %s (partial %v, table of %d, %v)\nwant %s", show(got), d.partial, d.size, err, b.want)
				}
			}
		})
	}
}

// TestStaticTable holds the table against that of x/net.
func TestStaticTable(t *testing.T) {
	for i, want := range static {
		var got hpack.HeaderField
		d := hpack.NewDecoder(0, func(f hpack.HeaderField) { got = f })
		if _, err := d.Write([]byte{0x80 | byte(i+1)}); err != nil || got.Name != want.Name || got.Value != want.Value {
			t.Errorf("%d: %v, %v", i+1, got, err)
		}
	}
	if len(static) != 61 {
		t.Error(len(static))
	}
}

func TestHPACKFaults(t *testing.T) {
	for _, c := range []struct {
		name, bytes string
		want        error
		fields      string // before the fault
	}{
		{"index 0", "82 80", errIndex, ":method=GET"},
		{"an index beyond the table", "82 be", errIndex, ":method=GET"},
		{"a name beyond the table", "7e 01 61", errIndex, ""},
		{"no value", "41", errShort, ""},
		{"half a value", "41 05 61", errShort, ""},
		{"half an integer", "ff 80", errShort, ""},
		{"an endless integer", "ff 80 80 80 80 80 80 80 80 01", errInteger, ""},
		{"an endless length", "41 7f ff ff ff ff ff ff 01", errInteger, ""},
		{"Huffman padding of zeroes", "41 81 00", hpack.ErrInvalidHuffman, ""},
	} {
		d := newDecoder(true)
		got, err := d.decode(unhex(t, c.bytes))
		if !errors.Is(err, c.want) || show(got) != c.fields || !d.partial || d.whole {
			t.Errorf("%s: %v, %s, partial %v", c.name, err, show(got), d.partial)
		}
		// What follows is read as far as it can be.
		if got, err := d.decode(unhex(t, "82 be 41 01 61 be")); err != nil || show(got) != ":method=GET :authority=a :authority=a" || !d.partial {
			t.Errorf("%s: afterwards %v, %s", c.name, err, show(got))
		}
	}
}

// TestTableSizes has size updates: those that the encoder makes because the
// peer's SETTINGS_HEADER_TABLE_SIZE changed, and some that are not right.
func TestTableSizes(t *testing.T) {
	large := strings.Repeat("x", 3000)
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	e.SetMaxDynamicTableSizeLimit(1 << 20)
	d := newDecoder(true)
	for i, size := range []uint32{4096, 16384, 0, 4096, 65536, 100, 1 << 20, 4096} {
		e.SetMaxDynamicTableSize(size)
		for range 3 {
			b.Reset()
			var want []string
			for j := range 6 {
				f := hpack.HeaderField{Name: fmt.Sprintf("x-%d", j), Value: fmt.Sprint(i, large)}
				e.WriteField(f)
				want = append(want, f.Name+"="+f.Value)
			}
			got, err := d.decode(b.Bytes())
			if err != nil || show(got) != strings.Join(want, " ") {
				t.Fatalf("with a table of %d: %v, %d of %d fields", size, err, len(got), len(want))
			}
		}
	}
	if d.size > int(limits.H2Table) {
		t.Errorf("a table of %d bytes", d.size)
	}
	d = newDecoder(true)
	if _, err := d.decode(unhex(t, "3f e1 ff ff 3f")); err != nil || int64(d.max) != limits.H2Table {
		t.Errorf("an update to 128 MiB: %v, %d", err, d.max)
	}
}

// encoded gives header blocks of random fields, and the fields.
func encoded(rng *rand.Rand, blocks int) (b [][]byte, want [][]event.Header) {
	var buf bytes.Buffer
	e := hpack.NewEncoder(&buf)
	for range blocks {
		buf.Reset()
		if rng.IntN(8) == 0 {
			e.SetMaxDynamicTableSize(uint32(rng.IntN(4097)))
		}
		var list []event.Header
		for range rng.IntN(8) {
			f := event.Header{Name: fmt.Sprintf("name-%d", rng.IntN(20)), Value: strings.Repeat("v", rng.IntN(60)) + fmt.Sprint(rng.IntN(6))}
			if rng.IntN(4) == 0 {
				f = static[rng.IntN(len(static))]
			}
			list = append(list, f)
			e.WriteField(hpack.HeaderField{Name: f.Name, Value: f.Value, Sensitive: rng.IntN(5) == 0})
		}
		b, want = append(b, slices.Clone(buf.Bytes())), append(want, list)
	}
	return b, want
}

// TestJoinedLate decodes from some block on, and with blocks missing: every
// field is right or unknown, and unknown ones become rare.
func TestJoinedLate(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	known, all := 0, 0
	for range 30 {
		blocks, want := encoded(rng, 100)
		d := newDecoder(false)
		for i := 10; i < len(blocks); i++ {
			if i == 20 {
				d.forget()
				i += 3
			}
			got, err := d.decode(blocks[i])
			if err != nil {
				t.Fatal(err)
			}
			if !d.partial && !slices.Equal(got, want[i]) {
				t.Fatalf("block %d: got %s\nwant %s", i, show(got), show(want[i]))
			}
			rest := want[i]
			for _, f := range got { // what is known is there, in order
				at := slices.Index(rest, f)
				if at < 0 {
					t.Fatalf("block %d: %v is not in %s", i, f, show(want[i]))
				}
				rest = rest[at+1:]
			}
			if i > 80 {
				known, all = known+len(got), all+len(want[i])
			}
		}
	}
	if known*10 < all*9 {
		t.Errorf("%d of %d fields known in the end", known, all)
	}
}

// TestBomb names a large field many times.
func TestBomb(t *testing.T) {
	d := newDecoder(true)
	block := append(unhex(t, "40 01 78 7f 81 1e"), bytes.Repeat([]byte("a"), 4000-32)...)
	block = append(block, bytes.Repeat([]byte{0xbe}, 100_000)...)
	got, err := d.decode(block)
	if err != nil || !d.partial || !d.over {
		t.Errorf("%v, partial %v", err, d.partial)
	}
	size := 0
	for _, f := range got {
		size += len(f.Name) + len(f.Value)
	}
	if int64(size) > limits.H2HeaderList {
		t.Errorf("%d bytes of fields", size)
	}
}

// FuzzHPACK holds the decoder against x/net's, as long as that goes on.
func FuzzHPACK(f *testing.F) {
	f.Add(unhex(f, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"), unhex(f, "8286 84be 5886 a8eb 1064 9cbf"))
	f.Add(unhex(f, "3fe11f 40 01 61 01 62 be"), unhex(f, "20 be"))
	f.Add(unhex(f, "4803 3330 37"), unhex(f, "0f 10 01 61 10 01 62 01 63 7f"))
	rng := rand.New(rand.NewPCG(3, 4))
	blocks, _ := encoded(rng, 8)
	for i := range len(blocks) - 1 {
		f.Add(blocks[i], blocks[i+1])
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		if len(first)+len(second) > 1<<16 {
			return
		}
		own := newDecoder(true)
		var want []event.Header
		oracle := hpack.NewDecoder(defaultTable, func(f hpack.HeaderField) { want = append(want, event.Header{Name: f.Name, Value: f.Value}) })
		oracle.SetAllowedMaxDynamicTableSize(uint32(limits.H2Table))
		for _, b := range [][]byte{first, second} {
			want = nil
			got, err := own.decode(b)
			if own.size > own.max || own.max > int(limits.H2Table) || own.evicted > len(own.table) {
				t.Fatalf("a table of %d bytes, at most %d", own.size, own.max)
			}
			_, werr := oracle.Write(b)
			if werr == nil {
				werr = oracle.Close()
			}
			if werr != nil {
				return // this decoder may be more tolerant
			}
			if err != nil {
				t.Fatalf("% x: %v", b, err)
			}
			want = slices.DeleteFunc(want, func(f event.Header) bool { return f.Name == "" })
			if !own.over && !slices.Equal(got, want) {
				t.Fatalf("% x: got %q\nwant %q", b, got, want)
			}
		}
	})
}
