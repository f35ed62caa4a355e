package anatomy

import (
	"bytes"
	"strings"
	"testing"
)

const masked = "818537fa213d7f9f4d5158" // "Hello" from a client

// Dumps of two masked frames, 22 bytes, by each program.
const (
	xxd = "00000000: 8185 37fa 213d 7f9f 4d51 588a 8537 fa21  ..7.!=..MQX..7.!\n" +
		"00000010: 3d7f 9f4d 5158                           =..MQX\n"
	hexdumpC = "00000000  81 85 37 fa 21 3d 7f 9f  4d 51 58 8a 85 37 fa 21  |..7.!=..MQX..7.!|\n" +
		"00000010  3d 7f 9f 4d 51 58                                 |=..MQX|\n00000016\n"
	hexdumpWords = "0000000 8581 fa37 3d21 9f7f 514d 8a58 3785 21fa\n0000010 7f3d 4d9f 5851                         \n0000016\n"
	odBytes      = "0000000 81 85 37 fa 21 3d 7f 9f 4d 51 58 8a 85 37 fa 21\n0000020 3d 7f 9f 4d 51 58\n0000026\n"
	odHexText    = "000000 81 85 37 fa 21 3d 7f 9f 4d 51 58 8a 85 37 fa 21  >..7.!=..MQX..7.!<\n" +
		"000010 3d 7f 9f 4d 51 58                                >=..MQX<\n000016\n"
	wireshark = "0000   81 85 37 fa 21 3d 7f 9f 4d 51 58 8a 85 37 fa 21   ..7.!=..MQX..7.!\n" +
		"0010   3d 7f 9f 4d 51 58                                 =..MQX\n"
	cArray = "unsigned char frame_bin[] = {\n  0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58, 0x8a,\n" +
		"  0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58\n};\nunsigned int frame_bin_len = 22;\n"
	tcpdumpX = "19:22:44.416824 IP localhost.38340 > localhost.20010: Flags [P.], seq 171:177, ack 149, win 64, length 6\n" +
		"\t0x0000:  4500 003a fe64 4000 4006 3e57 7f00 0001  E..:.d@.@.>W....\n" +
		"\t0x0010:  7f00 0001 95c4 4e2a 8992 8ff0 bbd0 2f1c  ......N*....../.\n" +
		"\t0x0020:  8018 0040 fe2e 0000 0101 080a 5465 df74  ...@........Te.t\n" +
		"\t0x0030:  9da9 efb7 8180 e798 dc95                 ..........\n" +
		"19:22:44.417102 IP localhost.20010 > localhost.38340: Flags [P.], seq 149:151, ack 177, win 64, length 2\n" +
		"\t0x0000:  4500 0036 cba5 4000 4006 711a 7f00 0001  E..6..@.@.q.....\n" +
		"\t0x0010:  7f00 0001 4e2a 95c4 bbd0 2f1c 8992 8ff6  ....N*..../.....\n" +
		"\t0x0020:  8018 0040 fe2a 0000 0101 080a 9da9 efba  ...@.*..........\n" +
		"\t0x0030:  5465 df74 8100                           Te.t..\n"
	tcpdumpXX = "\t0x0000:  0000 0000 0000 0000 0000 0000 0800 4500\n" +
		"\t0x0010:  0036 cba5 4000 4006 711a 7f00 0001 7f00\n" +
		"\t0x0020:  0001 4e2a 95c4 bbd0 2f1c 8992 8ff6 8018\n" +
		"\t0x0030:  0040 fe2a 0000 0101 080a 9da9 efba 5465\n" +
		"\t0x0040:  df74 8100\n"
)

func TestParseInput(t *testing.T) {
	const two = masked + "8a8537fa213d7f9f4d5158"
	for _, c := range []struct{ name, in, want string }{
		{"plain", masked, masked},
		{"upper case", strings.ToUpper(masked), masked},
		{"spaces", " 81 85 37 fa\t21 3d\n7f 9f 4d 51 58 ", masked},
		{"odd spacing", "8185 37fa21 3d7f 9f4d51 58", masked},
		{"single digits", "8 1 8 5 3 7", "818537"},
		{"commas", "81,85,37", "818537"},
		{"0x", "0x81, 0x85, 0x5", "818505"},
		{"0x without separators", "0x810x85", "8185"},
		{"one 0x", "0x" + masked, masked},
		{`\x`, `"\x81\x85\x37"`, "818537"},
		{"colons", "81:85:37:fa", "818537fa"},
		{"groups with colons", "8185:37fa", "818537fa"},
		{"dashes", "81-85-37", "818537"},
		{"brackets", "[0x81, 0x85]", "8185"},
		{"C array", cArray, two},
		{"xxd", xxd, two},
		{"xxd, part", "00000010: 3d7f 9f4d 5158                           =..MQX", "3d7f9f4d5158"},
		{"xxd -g1", "00000000: 81 85 37 fa 21 3d 7f 9f 4d 51 58  ..7.!=..MQX", masked},
		{"xxd, text that looks like hex", "00000000: 8104 6162 6364  ..abcd\n00000006: 8100  ..\n", "8104616263648100"},
		{"hexdump -C", hexdumpC, two},
		{"hexdump", hexdumpWords, two},
		{"hexdump, odd end", "0000000 0081 0001\n0000003\n", "810001"},
		{"od -tx1", odBytes, two},
		{"od -A x -tx1z", odHexText, two},
		{"Wireshark", wireshark, two},
		{"CRLF", strings.ReplaceAll(xxd, "\n", "\r\n"), two},
		{"tcpdump -X", tcpdumpX, "8180e798dc958100"},
		{"tshark -x", tcpdumpXX + "Unmasked data (2 bytes):\n0000  68 69   hi\n", "8100"},
		{"tcpdump -xx", tcpdumpXX, "8100"},
		{"hexdump -C with repeats", "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000060  01 02                                             |..|\n00000062\n", strings.Repeat("00", 96) + "0102"},
		{"od with repeats", "0000000 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07 07\n*\n0000140 01\n0000141\n", strings.Repeat("07", 96) + "01"},
	} {
		in, err := ParseInput(c.in)
		if err != nil || !bytes.Equal(in.Bytes, unhex(t, c.want)) {
			t.Errorf("%s: %x, %v", c.name, in.Bytes, err)
		}
	}
}

func TestParseInputErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "no hex was given"},
		{" \n", "no hex was given"},
		{",", "no hex was given"},
		{"0x", "the hex ends after a prefix"},
		{"81 8g", `character 5: 'g' is no hex digit`},
		{"hello", `character 1: 'h' is no hex digit`},
		{"81\n85 é", `line 2, character 4: 'é' is no hex digit`},
		{"818", `character 1: "818" ends in half a byte`},
		{"81 5", "single digits stand among pairs: write bytes with two digits"},
		{"8 1 8", "the hex ends in half a byte"},
		{"0000000 102601 004562\n", `line 1: "102601" is neither a byte nor a word in hex (od prints bytes with -tx1)`},
		{"00000000: 8185\n00000010: 37fa\n", "line 2: offset 00000010, but only 2 bytes stand before it"},
		{"00000000: 8185\n*\nffffffff: 37fa\n", "line 3: offset ffffffff is too large"},
	} {
		if _, err := ParseInput(c.in); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, not %s", c.in, err, c.want)
		}
	}
}

func FuzzParseInput(f *testing.F) {
	for _, s := range []string{masked, xxd, hexdumpC, hexdumpWords, odBytes, odHexText, wireshark, cArray, tcpdumpX, tcpdumpXX, `"\x81\x05"`, "0000: \n*\n0010: 00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		in, err := ParseInput(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x1b") {
				t.Fatalf("%q is not one safe line", err)
			}
			return
		}
		if len(in.Bytes) == 0 || uint64(len(in.Bytes)) > maxDump+uint64(len(s)) {
			t.Fatalf("%d bytes from %d characters", len(in.Bytes), len(s))
		}
	})
}
