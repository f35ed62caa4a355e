package filter

import (
	"slices"
	"strings"
	"testing"

	"wsscope/limits"
)

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		expr        string
		offset, len int
		msg         string
	}{
		{"opcod == 1", 0, 5, `"opcod" is no field; did you mean opcode?`},
		{"ping", 0, 4, `"ping" is no field; did you mean opcode == ping?`},
		{"error == 3 && end", 14, 3, `"end" is no field; did you mean kind == end?`},
		{"zzzzzzzzz", 0, 9, `"zzzzzzzzz" is no field; text to look for stands in quotes: "zzzzzzzzz"`},
		{"code == 1000", 0, 4, `"code" is no field; did you mean close.code or http.response.code or conn?`},
		{"opcode = 1", 7, 1, `'=' has no meaning here; equal is ==`},
		{"opcode ==", 9, 0, "a value is missing here"},
		{"opcode == )", 10, 1, `")" stands where a value is expected`},
		{"opcode == banana", 10, 6, `"banana" is no name for opcode`},
		{"opcode == 16", 10, 2, "opcode is at most 15"},
		{"opcode contains 1", 7, 8, "contains cannot be used on opcode (name)"},
		{"opcode foo 1", 7, 3, `"foo" is no operator`},
		{"opcode == text dir", 15, 3, `"dir" cannot stand here: the test before it is complete (a value with blanks or special characters needs quotes)`},
		{"opcode == text )", 15, 1, `")" cannot stand here: the test before it is complete (a value with blanks or special characters needs quotes)`},
		{"(opcode == text", 15, 0, ") is missing here"},
		{"(opcode == text }", 16, 1, `"}" stands where ) is expected`},
		{"opcode in text", 10, 4, `"text" stands where { is expected`},
		{"opcode in {", 11, 0, "a value is missing here"},
		{"opcode in {}", 11, 1, `"}" stands where a value is expected`},
		{"opcode in {1..}", 14, 1, `"}" stands where a value is expected`},
		{"len in {9..3}", 8, 4, "the range ends before it begins"},
		{"uri in {a..b}", 8, 4, "uri (string) has no ranges"},
		{"opcode not 1", 11, 1, `"1" stands where in is expected`},
		{"&& fin", 0, 2, `"&&" cannot stand here`},
		{"fin &&", 6, 0, "a test is missing here"},
		{"!", 1, 0, "a test is missing here"},
		{`text == "x`, 8, 2, "the string has no end"},
		{`text == "\q"`, 9, 2, "an unknown escape; a backslash itself is written twice"},
		{`text matches "("`, 13, 3, "no regular expression: missing closing ): `(`"},
		{"text matches ^a", 13, 1, "'^' has no meaning here; values with special characters stand in quotes"},
		{"len > 3x", 6, 2, `"3x" is no size for len`},
		{"len > 1.0001k", 6, 7, `"1.0001k" is no size for len`},
		{"rtt > 3", 6, 1, "a duration needs a unit, such as 40ms or 3s"},
		{"rtt > x", 6, 1, `"x" is no duration for rtt`},
		{"time > noon", 7, 4, `"noon" is no time for time`},
		{"ip == example.org", 6, 11, `"example.org" is no address for ip`},
		{"ip == [::1", 6, 4, "the bracket has no end"},
		{"ip in {[::1]:80, [", 17, 1, "the bracket has no end"},
		{"fin == 2", 7, 1, `"2" is no yes or no for fin`},
		{"fin < 1", 4, 1, "< cannot be used on fin (yes or no)"},
		{"websocket == 1", 10, 2, "== cannot be used on websocket (presence)"},
		{"kind == 3", 8, 1, `"3" is no kind for kind`},
		{"payload[0] == 0x4849", 14, 6, "the part of payload has 1 bytes, the value 2 (write bytes as 0x81 or 81:05)"},
		{"payload[0]", 10, 0, "a slice must be compared with something"},
		{"payload[x] == 1", 7, 3, `"x:1" is no part of a value`},
		{"payload[3-1] == 1", 7, 5, `"3-1" is no part of a value`},
		{"payload[1 == 1", 8, 1, `"1" stands where ] is expected`},
		{"opcode[1] == 1", 6, 3, "opcode (name) has no parts"},
		{"fin é", 4, 2, "'é' has no meaning here"},
		{strings.Repeat("!", 300) + "fin", 200, 1, "more than 200 levels"},
		{strings.Repeat(" ", int(limits.DisplayFilterBytes)+1), int(limits.DisplayFilterBytes), 0, "a filter has at most 65536 characters"},
	} {
		_, err := Compile(c.expr)
		e, ok := err.(*Error)
		if !ok || e.Offset != c.offset || e.Len != c.len || e.Msg != c.msg {
			t.Errorf("%.40q: %#v", c.expr, err)
		}
	}
}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		expr string // the cursor is at the bar
		want string // the completions begin with these
	}{
		{"|", "kind packet time"},
		{"opc|", "opcode"},
		{"opc| == 1", "opcode"},
		{"close.|", "close.code close.reason"},
		{"websocket.payload.cl|", "websocket.payload.close websocket.payload.close.reason"},
		{"fin && ma|", "masked"},
		{"(ma|", "masked"},
		{"opcode |", "== != < <= > >= in && ||"},
		{"opcode == |", "continuation text binary close ping pong"},
		{"opcode == p|", "ping pong"},
		{"opcode == P|", "ping pong"},
		{"opcode in {text, b|", "binary"},
		{"opcode in {text |", ", .. }"}, // after a value
		{"opcode in |", "{"},
		{"fin |", "== != && ||"},
		{"fin == |", "true false"},
		{"opcode == text |", "&& ||"},
		{"(opcode == text |", "&& || )"},
		{"severity >= w|", "warning"},
		{`text contains "op|`, ""},
		{"nonsense == 1 && op|", ""},
		{"len > |", ""},
	} {
		cursor := strings.IndexByte(c.expr, '|')
		if c.expr[cursor:] == "|" {
			cursor = len(c.expr) - 1
		}
		expr := c.expr[:cursor] + c.expr[cursor+1:]
		var got []string
		for _, x := range Complete(expr, cursor) {
			got = append(got, x.Text)
			if x.Offset+x.Len != cursor {
				t.Errorf("%s: %+v does not end at the cursor", c.expr, x)
			}
		}
		want := strings.Fields(c.want)
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) || len(want) == 0 && len(got) > 0 {
			t.Errorf("%s: %q", c.expr, got)
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, e := range Examples {
		f.Add(e.Expr)
	}
	for _, s := range []string{"", "opcode in {1..2, 5}", `payload[1:2] == 81:05`, "not (fin xor !rsv1)", `text ~ r"\d"`, "ip == [::1]:80", "len > 1.5M", "((((", "opcode not in {1"} {
		f.Add(s)
	}
	rows := []*Row{textRow(), closeRow(), {Kinds: KindFinding, Dir: 2}}
	f.Fuzz(func(t *testing.T, expr string) {
		for _, c := range Complete(expr, len(expr)) {
			if c.Text == "" || c.Offset < 0 || c.Offset+c.Len != len(expr) {
				t.Fatalf("%+v", c)
			}
		}
		p, err := Compile(expr)
		if err != nil {
			e := err.(*Error)
			if e.Offset < 0 || e.Len < 0 || e.Offset+e.Len > len(expr) || e.Msg == "" {
				t.Fatalf("%+v", e)
			}
			return
		}
		for _, r := range rows {
			first := p.Match(r)
			if p.Match(r) != first {
				t.Fatal("the second answer differs")
			}
			if not, err := Compile("!(" + expr + ")"); err == nil && strings.TrimSpace(expr) != "" && not.Match(r) == first {
				t.Fatal("! does not negate")
			}
		}
	})
}
