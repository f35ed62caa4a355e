package filter

import (
	"fmt"
	"io"
	"strings"
)

// Example is an expression with its meaning, for docs and help.
type Example struct{ Expr, Meaning string }

// Examples are what people look for first.
var Examples = []Example{
	{`opcode == text`, "text frames and messages"},
	{`"error"`, "payloads that hold the text: short for payload contains \"error\""},
	{`dir == c2s && len > 1k`, "what clients sent, larger than 1024 bytes"},
	{`conn == 3`, "everything of connection 3"},
	{`uri contains "/chat" and not opcode in {ping, pong}`, "the connections to /chat without their heartbeats"},
	{`text matches "\"id\": *4[0-9]"`, "text that a regular expression matches"},
	{`payload[0] == 0x30`, "payloads whose first byte is 30 in hex (a publish of MQTT)"},
	{`payload contains 00:00:ff:ff`, "payloads that hold these bytes"},
	{`severity >= warning`, "findings that matter, and what they are about"},
	{`finding == mask-key-reused`, "one rule"},
	{`close.code in {1002, 1007..1011}`, "closes that tell of trouble"},
	{`rtt > 40ms`, "slow pongs"},
	{`kind == message && compressed && wire_len < 100 && len > 10k`, "messages that inflate a lot"},
	{`ip == 192.0.2.0/24 && server.port == 8080`, "an address range and a port"},
	{`client == [2001:db8::1]:40000`, "one client"},
	{`time >= 2026-01-31T12:00:00Z && elapsed > 5m`, "late rows of long connections"},
	{`kind == end && reason == rst`, "connections that were reset"},
	{`websocket.payload.text contains "x" && websocket.mask == 1`, "Wireshark's names are understood"},
}

// Document writes docs/filters.md.
func Document(w io.Writer) error {
	var b strings.Builder
	b.WriteString(docHead)
	for _, e := range Examples {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(e.Expr, "|", "\\|"), e.Meaning)
	}
	b.WriteString(docLanguage)
	group := ""
	for i := range fields {
		f := &fields[i]
		if f.group != group {
			group = f.group
			fmt.Fprintf(&b, "\n### %s\n\n| field | other names | type | rows that have it | meaning |\n| --- | --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.name, code(f.aliases), typeText(f), f.on, f.help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func code(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "`" + strings.Join(names, "`, `") + "`"
}

// typeText is a field's type, with its names.
func typeText(f *field) string {
	if f.names == nil {
		return typeNames[f.typ]
	}
	s := code(valuesOf(f))
	if f.max > 0 {
		s += fmt.Sprintf(" or 0 to %d", f.max)
	}
	return s
}

// Field describes a field to the screen's help.
type Field struct {
	Name    string
	Aliases []string
	Type    string
	Values  []string // its values, or examples
	On      string   // the rows that have it
	Help    string
	Group   string
}

// Fields lists all fields, in the order of docs/filters.md.
func Fields() []Field {
	list := make([]Field, len(fields))
	for i := range fields {
		f := &fields[i]
		list[i] = Field{f.name, f.aliases, typeNames[f.typ], valuesOf(f), f.on, f.help, f.group}
	}
	return list
}

const docHead = `# Display filters

A display filter chooses rows of the timeline: what ` + "`-Y`" + ` takes on the command line and the filter bar on the screen. This page is written by ` + "`go test ./filter -update`" + `.

| filter | what it shows |
| --- | --- |
`

const docLanguage = `
## The language

` + "```" + `
expression = xor { ("||" | "or") xor }
xor        = and { ("^^" | "xor") and }
and        = unary { ("&&" | "and") unary }
unary      = ("!" | "not") unary | "(" expression ")" | test
test       = field | field [part] operator value | field [part] ["not"] "in" set | string
set        = "{" item { [","] item } "}"        item = value [ ".." value ]
part       = "[" first "]" | "[" first ":" length "]" | "[" first "-" last "]" | "[:" length "]" | "[" first ":]"
` + "```" + `

| operator | also | on |
| --- | --- | --- |
| ` + "`==` `!=`" + ` | ` + "`eq` `ne`" + ` | everything |
| ` + "`<` `<=` `>` `>=`" + ` | ` + "`lt` `le` `gt` `ge`" + ` | numbers, sizes, durations, times, ordered names, strings and bytes |
| ` + "`contains`" + ` | | strings and bytes |
| ` + "`matches`" + ` | ` + "`~`" + ` | strings and bytes; an RE2 regular expression, which ignores the case of letters unless it has ` + "`(?-i)`" + ` |
| ` + "`in {…}`" + ` | ` + "`not in {…}`" + ` | everything but yes or no; ranges of numbers, sizes, durations and times |

A field alone asks whether it is there; a field that is yes or no, whether it is yes. A string alone looks for its text in payloads.

A comparison with a field that a row does not have fails, ` + "`!=`" + ` too: ` + "`opcode != ping`" + ` are the frames and messages other than pings, ` + "`!(opcode == ping)`" + ` is every row but pings. Where a field has several values, ` + "`==`" + ` and the others ask for one that fits, ` + "`!=`" + ` for none that is equal.

| value | examples |
| --- | --- |
| number | ` + "`8`, `0x8`, `0b1000`" + ` |
| size | ` + "`125`, `1k` = `1KiB` = 1024, `1kB` = 1000, `2M`, `1.5G`" + ` |
| duration | ` + "`40ms`, `3s`, `1.5h`, `2m30s`" + ` |
| time | ` + "`2026-01-31`, `2026-01-31T12:00:00.5Z`, `\"2026-01-31 12:00\"`" + `; UTC where no zone is given |
| string | ` + "`\"a \\\"b\\\"\\n\\x00\\u00e9\"`, `'single'`, `r\"raw\\d\"`" + `, or without quotes where it has only letters, digits and ` + "`_ . : / + - * % @ # $ ? ; \\`" + ` |
| bytes | ` + "`81:05`, `81-05`, `81.05`, `0x8105`, `81`, `\"text\"`" + ` |
| address | ` + "`192.0.2.1`, `192.0.2.0/24`, `192.0.2.1:8080`, `2001:db8::1`, `[2001:db8::1]:443`" + ` |
| yes or no | ` + "`true`, `false`, `1`, `0`" + ` |

Names of fields and values may be written in capitals. Offsets of parts count from 0; a part of a value that is too short is cut, or not there.

## What passes on the command line

With ` + "`-Y`" + ` the views show the frames and messages that pass, findings that pass or are about one that does, and the opening and end of each connection that has any of these. A message is a row of its own beside its frames: ` + "`compressed`" + ` passes the message alone. Where it came in one frame, its row has the fields of the frame too. The numbers in the lines (n, index, conn, packet) and the counts of end and summary are those of the whole capture. The opening of a connection comes with the first row that passes, so it may stand after lines with a larger packet number.

A row is joined with the findings that follow it directly; a finding that becomes certain later, such as a ping that was never answered, is a row of its own.

## What passes on the screen

The filter bar chooses among the rows that are shown: messages and control frames, or frames (` + "`m`" + `). Where a field of frames is asked for, the row of a message has the fields of its frames, of one after the other, beside its own, and passes if it does with any of them: ` + "`compressed && masked`" + `, ` + "`fin && len > 1k`" + ` with the length of the message. The payload as it was sent is that of a frame alone: ` + "`websocket.masked_payload`" + ` finds compressed and fragmented messages only among the frames.

## Differences to Wireshark

Wireshark tests a field alone for presence, whatever its value: ` + "`websocket.fin`" + ` there is every frame, here those with FIN set. ` + "`websocket.payload_length`" + ` is the length whatever form it was sent in. Bytes without separators are text unless they begin with 0x or are two digits. Only the websocket fields, and a few of others, are known; there are no functions, no arithmetic and no references.

## Fields
`
