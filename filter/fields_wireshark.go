package filter

import "wsscope/event"

// The rest of Wireshark's websocket fields, old and new, so that a filter
// made for it works. Names ending in _mask are payloads as sent, those ending
// in _unmask the same unmasked; both are there in masked frames only.
func init() {
	add := func(f field) {
		f.group = groupWireshark
		fields = append(fields, f)
	}
	for _, o := range []struct {
		name string
		is   func(uint8) bool
		typ  fieldType
	}{
		{"text", opcode(event.OpText), typeString},
		{"binary", opcode(event.OpBinary), typeBytes},
		{"close", opcode(event.OpClose), typeBytes},
		{"ping", opcode(event.OpPing), typeBytes},
		{"pong", opcode(event.OpPong), typeBytes},
		{"continue", opcode(event.OpContinuation), typeBytes},
		{"unknown", reserved, typeBytes},
	} {
		name := "websocket.payload." + o.name
		if o.name != "text" && o.name != "binary" {
			add(field{name: name, typ: typeBytes, need: NeedPayload, on: o.name + " frames", help: "payload", bytes: payloadOf(o.is)})
		}
		if o.name == "continue" || o.name == "unknown" {
			continue
		}
		add(field{name: name + "_mask", typ: typeBytes, need: NeedPayload | NeedFrame, on: "masked " + o.name + " frames", help: "payload as sent", bytes: sentPayloadOf(o.is)})
		add(field{name: name + "_unmask", typ: o.typ, need: NeedPayload | NeedFrame, on: "masked " + o.name + " frames", help: "payload unmasked", bytes: unmaskedPayloadOf(o.is)})
	}
	add(field{name: "websocket.masked_payload", typ: typeBytes, need: NeedPayload | NeedFrame, on: "masked frames", help: "payload as sent", bytes: sentPayloadOf(everyOpcode)})
	add(field{name: "websocket.payload_length_ext_16", typ: typeSize, need: NeedFrame, on: "frames with a 16-bit length", help: "that length",
		number: func(r *Row) (uint64, bool) { return r.FrameLen, r.Kinds&KindFrame != 0 && lengthBytes(r) == 2 }})
	add(field{name: "websocket.payload_length_ext_64", typ: typeSize, need: NeedFrame, on: "frames with a 64-bit length", help: "that length",
		number: func(r *Row) (uint64, bool) { return r.FrameLen, r.Kinds&KindFrame != 0 && lengthBytes(r) == 8 }})

	whole := func(r *Row) bool { return r.Kinds&KindMessage != 0 && r.Fragments > 1 }
	add(field{name: "websocket.reassembled.length", typ: typeSize, need: NeedDetail, on: "messages of several frames", help: "length of the message",
		number: func(r *Row) (uint64, bool) { return r.Len, whole(r) }})
	presence := func(name, on, help string, is func(*Row) bool) {
		add(field{name: name, typ: typePresence, need: NeedDetail, on: on, help: help, boolean: func(r *Row) (bool, bool) { return true, is(r) }})
	}
	presence("websocket.fragments", "messages of several frames", "the message came in several frames", whole)
	presence("websocket.decompression.failed.expert", "compressed messages", "the message does not inflate",
		func(r *Row) bool { return r.Kinds&KindMessage != 0 && r.Compressed && !r.Complete })
	presence("websocket.payload.unknown.expert", "frames", "the opcode is reserved",
		func(r *Row) bool { return r.Kinds&KindFrame != 0 && reserved(r.Opcode) })
	for _, name := range []string{"fragment", "fragment.overlap", "fragment.overlap.conflict", "fragment.multipletails", "fragment.toolongfragment", "fragment.error"} {
		presence("websocket."+name, "none", "known, but never there: frames of a stream cannot overlap", func(*Row) bool { return false })
	}
	index()
}

// lengthBytes is how many bytes the extended length takes.
func lengthBytes(r *Row) int {
	n := r.HeaderLen - 2
	if r.Masked {
		n -= 4
	}
	return n
}
