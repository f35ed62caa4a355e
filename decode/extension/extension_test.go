package extension

import (
	"reflect"
	"strings"
	"testing"

	"wsscope/event"
)

func TestParse(t *testing.T) {
	flag := func(name string) Param { return Param{Name: name} }
	val := func(name, v string) Param { return Param{name, v, true} }
	for _, c := range []struct {
		name, value string
		want        []Extension
		err         string // part of it; empty: none
	}{
		{"one name", "foo", []Extension{{Name: "foo"}}, ""},
		{"RFC 6455 section 9.1, first example", "foo, bar; baz=2", []Extension{{Name: "foo"}, {"bar", []Param{val("baz", "2")}}}, ""},
		{"no blanks", "foo;a,bar;baz=2;q", []Extension{{"foo", []Param{flag("a")}}, {"bar", []Param{val("baz", "2"), flag("q")}}}, ""},
		{"blanks everywhere", " foo ; a = 1 ,\tbar ", []Extension{{"foo", []Param{val("a", "1")}}, {Name: "bar"}}, ""},
		{"quoted token", `foo; a="10"`, []Extension{{"foo", []Param{val("a", "10")}}}, ""},
		{"escapes in a quoted token", `foo; a="\1\0"`, []Extension{{"foo", []Param{val("a", "10")}}}, ""},
		{"quoted, not a token", `foo; a="1 0", bar`, []Extension{{"foo", []Param{val("a", "1 0")}}, {Name: "bar"}}, "not a token at byte 7"},
		{"quoted and empty", `foo; a=""`, []Extension{{"foo", []Param{val("a", "")}}}, "not a token"},
		{"quoted comma", `foo; a="1,0"`, []Extension{{"foo", []Param{val("a", "1,0")}}}, "not a token"},
		{"quote never closed", `foo; a="1, bar`, []Extension{{"foo", []Param{flag("a")}}, {Name: "bar"}}, "never closed"},
		{"escape at the end", `foo; a="1\`, []Extension{{"foo", []Param{flag("a")}}}, "never closed"},
		{"empty elements (RFC 2616 section 2.1)", ", foo,, bar,", []Extension{{Name: "foo"}, {Name: "bar"}}, ""},
		{"the empty string", "", nil, "no extension"},
		{"commas only", ", ,", nil, "no extension"},
		{"no name", "; a=1, bar", []Extension{{Name: "bar"}}, "name is missing at byte 0"},
		{"empty parameter", "foo;; a, bar", []Extension{{Name: "foo"}, {Name: "bar"}}, "parameter name is missing at byte 4"},
		{"semicolon at the end", "foo;", []Extension{{Name: "foo"}}, "parameter name is missing"},
		{"no value", "foo; a=, bar", []Extension{{"foo", []Param{flag("a")}}, {Name: "bar"}}, "value is missing"},
		{"blank between names", "foo bar; a", []Extension{{Name: "foo"}}, `'b' is neither`},
		{"a byte beyond ASCII", "f\xe9, bar", []Extension{{Name: "f"}, {Name: "bar"}}, "neither"},
		{"first break counts", "a;=, ;b", []Extension{{Name: "a"}}, "at byte 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Parse(c.value)
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
				t.Errorf("error %v, want %q", err, c.err)
			}
		})
	}
}

func TestAgreed(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        event.Deflate
	}{
		{"nothing", "", event.Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"another extension", "bbf-usp-protocol", event.Deflate{ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"bare", "permessage-deflate", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"all", "permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=\"12\"",
			event.Deflate{Agreed: true, ServerNoContextTakeover: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 8, ClientMaxWindowBits: 12}},
		{"values out of range", "permessage-deflate; server_max_window_bits=16; client_max_window_bits=09", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"no value", "permessage-deflate; client_max_window_bits", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"takeover with a value", "permessage-deflate; client_no_context_takeover=true", event.Deflate{Agreed: true, ClientNoContextTakeover: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"broken after the name", "permessage-deflate;;", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"other case", "Permessage-Deflate", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
		{"second element", "x, permessage-deflate; server_max_window_bits=10", event.Deflate{Agreed: true, ServerMaxWindowBits: 10, ClientMaxWindowBits: 15}},
		{"twice, the first counts", "permessage-deflate, permessage-deflate; server_max_window_bits=10", event.Deflate{Agreed: true, ServerMaxWindowBits: 15, ClientMaxWindowBits: 15}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Agreed(c.value); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestWindowBits(t *testing.T) {
	for v, want := range map[string]int{"7": 0, "8": 8, "9": 9, "10": 10, "15": 15, "16": 0, "08": 0, "1": 0, "": 0, "a": 0, "8 ": 0, "100": 0, "-8": 0} {
		if got, ok := WindowBits(Param{Value: v, HasValue: true}); got != want || ok != (want != 0) {
			t.Errorf("%q: got %d %v, want %d", v, got, ok, want)
		}
	}
	if _, ok := WindowBits(Param{Value: "9"}); ok {
		t.Error("a parameter without value has bits")
	}
}

// FuzzParse holds Parse to its promises: it ends, names and parameter names
// are tokens, and what it took without error reads the same when written out.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "foo", `foo; a="1\0", bar;b=2`, "a;;b", `a;b="`, ",,a,", "permessage-deflate; client_max_window_bits=15"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		list, err := Parse(value)
		var b strings.Builder
		for _, e := range list {
			if !IsToken(e.Name) {
				t.Fatalf("name %q", e.Name)
			}
			b.WriteString(e.Name)
			for _, p := range e.Params {
				if !IsToken(p.Name) {
					t.Fatalf("parameter %q", p.Name)
				}
				b.WriteString(";" + p.Name)
				if p.HasValue {
					b.WriteString("=" + p.Value)
				}
			}
			b.WriteByte(',')
		}
		if err != nil {
			return
		}
		again, err := Parse(b.String())
		if err != nil || !reflect.DeepEqual(again, list) {
			t.Fatalf("%q became %q: %v, %v", value, b.String(), again, err)
		}
	})
}
