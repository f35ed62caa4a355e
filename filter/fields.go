package filter

import "wsscope/event"

var opcodeNames = []string{"continuation", "text", "binary", "", "", "", "", "", "close", "ping", "pong"}

// Groups of the table, in order.
const (
	groupRow        = "Every row"
	groupFrame      = "Frames and messages"
	groupMessage    = "Messages"
	groupFinding    = "Findings and ends"
	groupConnection = "Connections"
	groupWireshark  = "Further names of Wireshark"
)

// fields is the table of fields.
var fields = []field{
	{group: groupRow, name: "kind", typ: typeKinds, on: "all", names: []string{"open", "refused", "frame", "message", "finding", "end"},
		help: "what the row is; a message in one frame is both frame and message"},
	{group: groupRow, name: "packet", aliases: []string{"frame.number"}, typ: typeNumber, on: "all", help: "number of the packet that completed it",
		number: func(r *Row) (uint64, bool) { return r.Packet, r.Packet != 0 }},
	{group: groupRow, name: "time", aliases: []string{"frame.time"}, typ: typeTime, on: "all", help: "time of that packet",
		signed: func(r *Row) (int64, bool) { return r.Time, r.Packet != 0 }},
	{group: groupRow, name: "elapsed", typ: typeDuration, on: "rows of a connection", help: "time since the connection opened",
		signed: func(r *Row) (int64, bool) {
			if r.Conn == nil {
				return 0, false
			}
			return r.Time - r.Conn.Start, true
		}},
	{group: groupRow, name: "conn", typ: typeNumber, on: "rows of a connection", help: "number of the connection",
		number: func(r *Row) (uint64, bool) {
			if r.Conn == nil {
				return 0, false
			}
			return r.Conn.ID, true
		}},
	{group: groupRow, name: "dir", typ: typeName, on: "frames, messages, some findings", names: []string{"c2s", "s2c"}, help: "direction: client to server or server to client",
		number: func(r *Row) (uint64, bool) { return uint64(r.Dir), r.Dir < event.NoDir }},

	{group: groupFrame, name: "websocket", typ: typePresence, on: "frames, messages", help: "frames and messages of any kind",
		boolean: func(r *Row) (bool, bool) { return true, r.Kinds&kindData != 0 }},
	{group: groupFrame, name: "opcode", aliases: []string{"websocket.opcode"}, typ: typeName, on: "frames, messages", names: opcodeNames, max: 15, help: "opcode, of a message that of its first frame",
		number: func(r *Row) (uint64, bool) { return uint64(r.Opcode), r.Kinds&kindData != 0 }},
	{group: groupFrame, name: "len", aliases: []string{"websocket.payload_length"}, typ: typeSize, on: "frames, messages", help: "payload length; of a message, after inflating",
		number: func(r *Row) (uint64, bool) { return r.Len, r.Kinds&kindData != 0 }},
	{group: groupFrame, name: "payload", aliases: []string{"websocket.payload", "websocket.payload.unmask"}, typ: typeBytes, need: NeedPayload, on: "frames, messages", help: "payload: of a frame unmasked, of a message after inflating",
		bytes: payloadOf(everyOpcode)},
	{group: groupFrame, name: "text", aliases: []string{"websocket.payload.text"}, typ: typeString, need: NeedPayload, on: "text frames and messages", help: "payload of text",
		bytes: payloadOf(opcode(event.OpText))},
	{group: groupFrame, name: "binary", aliases: []string{"websocket.payload.binary"}, typ: typeBytes, need: NeedPayload, on: "binary frames and messages", help: "payload of binary data",
		bytes: payloadOf(opcode(event.OpBinary))},
	{group: groupFrame, name: "missing", typ: typeSize, need: NeedDetail, on: "frames and messages with lost bytes", help: "payload bytes that the capture lacks",
		number: func(r *Row) (uint64, bool) { return r.Missing, r.Kinds&kindData != 0 && r.Missing > 0 }},
	{group: groupFrame, name: "n", typ: typeNumber, need: NeedFrame, on: "frames", help: "number of the frame in its connection", number: frameNumber(func(r *Row) uint64 { return r.N })},
	{group: groupFrame, name: "index", typ: typeNumber, need: NeedFrame, on: "frames", help: "number of the frame in its direction", number: frameNumber(func(r *Row) uint64 { return r.Index })},
	{group: groupFrame, name: "fin", aliases: []string{"websocket.fin"}, typ: typeBool, need: NeedFrame, on: "frames", help: "the FIN bit", boolean: frameBool(func(r *Row) bool { return r.FIN })},
	{group: groupFrame, name: "rsv", aliases: []string{"websocket.rsv"}, typ: typeNumber, need: NeedFrame, max: 7, on: "frames", help: "RSV1, RSV2 and RSV3 as a number: 4, 2 and 1", number: frameNumber(func(r *Row) uint64 { return uint64(r.RSV) })},
	{group: groupFrame, name: "rsv1", aliases: []string{"websocket.pmc"}, typ: typeBool, need: NeedFrame, on: "frames", help: "the RSV1 bit, which permessage-deflate uses", boolean: frameBool(func(r *Row) bool { return r.RSV&4 != 0 })},
	{group: groupFrame, name: "rsv2", typ: typeBool, need: NeedFrame, on: "frames", help: "the RSV2 bit", boolean: frameBool(func(r *Row) bool { return r.RSV&2 != 0 })},
	{group: groupFrame, name: "rsv3", typ: typeBool, need: NeedFrame, on: "frames", help: "the RSV3 bit", boolean: frameBool(func(r *Row) bool { return r.RSV&1 != 0 })},
	{group: groupFrame, name: "masked", aliases: []string{"websocket.mask"}, typ: typeBool, need: NeedFrame, on: "frames", help: "the MASK bit", boolean: frameBool(func(r *Row) bool { return r.Masked })},
	{group: groupFrame, name: "key", aliases: []string{"websocket.masking_key"}, typ: typeBytes, need: NeedFrame, on: "masked frames", help: "the masking key",
		bytes: func(r *Row) ([]byte, bool) { return r.Key[:], r.Kinds&KindFrame != 0 && r.Masked }},
	{group: groupFrame, name: "header_len", typ: typeSize, need: NeedFrame, on: "frames", help: "bytes of the frame's header", number: frameNumber(func(r *Row) uint64 { return uint64(r.HeaderLen) })},
	{group: groupFrame, name: "close.code", aliases: []string{"websocket.payload.close.status_code"}, typ: typeNumber, max: 65535, on: "close frames with a code", help: "status code of a close",
		number: func(r *Row) (uint64, bool) {
			return uint64(r.CloseCode), r.CloseCode >= 0 && r.Kinds&KindFrame != 0 && r.Opcode == event.OpClose
		}},
	{group: groupFrame, name: "close.reason", aliases: []string{"websocket.payload.close.reason"}, typ: typeString, need: NeedPayload, on: "close frames with a code", help: "reason of a close",
		bytes: func(r *Row) ([]byte, bool) {
			p, ok := r.payload()
			if !ok || r.Opcode != event.OpClose || len(p) < 2 {
				return nil, false
			}
			return p[2:], true
		}},
	{group: groupFrame, name: "rtt", typ: typeDuration, need: NeedDetail, on: "pongs that answer a ping", help: "time from the ping to the pong",
		signed: func(r *Row) (int64, bool) {
			return r.RTT, r.Opcode == event.OpPong && r.RTT >= 0 && r.Kinds&KindFrame != 0
		}},

	{group: groupMessage, name: "compressed", typ: typeBool, on: "messages", help: "the message was sent with permessage-deflate", boolean: messageBool(func(r *Row) bool { return r.Compressed })},
	{group: groupMessage, name: "complete", typ: typeBool, on: "messages", help: "all of the message is there", boolean: messageBool(func(r *Row) bool { return r.Complete })},
	{group: groupMessage, name: "utf8", typ: typeBool, on: "messages", help: "the payload is valid UTF-8", boolean: messageBool(func(r *Row) bool { return r.UTF8 })},
	{group: groupMessage, name: "fragments", aliases: []string{"websocket.fragment.count"}, typ: typeNumber, need: NeedDetail, on: "messages", help: "number of its frames", number: messageNumber(func(r *Row) uint64 { return r.Fragments })},
	{group: groupMessage, name: "wire_len", typ: typeSize, need: NeedDetail, on: "messages", help: "payload bytes of its frames, before inflating", number: messageNumber(func(r *Row) uint64 { return r.WireLen })},
	{group: groupMessage, name: "error", typ: typeString, need: NeedDetail, on: "incomplete messages", help: "why the message is not complete",
		text: func(r *Row) (string, bool) { return r.Error, r.Kinds&KindMessage != 0 && r.Error != "" }},

	{group: groupFinding, name: "finding", typ: typeString, need: NeedFindings, on: "findings and what they are about", help: "rule of a finding, such as mask-key-zero; a row may have several",
		texts: func(r *Row) []string { return r.Rules }},
	{group: groupFinding, name: "severity", typ: typeName, need: NeedFindings, names: []string{"info", "warning", "error"}, on: "findings and what they are about", help: "severity of the finding, of several the highest",
		number: func(r *Row) (uint64, bool) { return uint64(r.Severity), r.HasSeverity || len(r.Rules) > 0 }},
	{group: groupFinding, name: "reason", typ: typeName, names: []string{"close", "half-close", "fin", "rst", "eof", "evicted"}, on: "ends", help: "why the connection ended",
		number: func(r *Row) (uint64, bool) { return uint64(r.Reason), r.Kinds&KindEnd != 0 }},

	{group: groupConnection, name: "client", typ: typeAddress, on: "rows of a connection", help: "address of the client, with or without its port", addresses: client},
	{group: groupConnection, name: "server", typ: typeAddress, on: "rows of a connection", help: "address of the server, with or without its port", addresses: server},
	{group: groupConnection, name: "ip", aliases: []string{"ip.addr", "ipv6.addr", "addr"}, typ: typeAddress, on: "rows of a connection", help: "address of either", addresses: both},
	{group: groupConnection, name: "src", aliases: []string{"ip.src", "ipv6.src"}, typ: typeAddress, on: "rows with a direction", help: "address of the sender", addresses: sender},
	{group: groupConnection, name: "dst", aliases: []string{"ip.dst", "ipv6.dst"}, typ: typeAddress, on: "rows with a direction", help: "address of the receiver", addresses: receiver},
	{group: groupConnection, name: "port", aliases: []string{"tcp.port"}, typ: typeNumber, max: 65535, on: "rows of a connection", help: "port of either", ports: portsOf(both)},
	{group: groupConnection, name: "client.port", typ: typeNumber, max: 65535, on: "rows of a connection", help: "port of the client", ports: portsOf(client)},
	{group: groupConnection, name: "server.port", typ: typeNumber, max: 65535, on: "rows of a connection", help: "port of the server", ports: portsOf(server)},
	{group: groupConnection, name: "src.port", aliases: []string{"tcp.srcport"}, typ: typeNumber, max: 65535, on: "rows with a direction", help: "port of the sender", ports: portsOf(sender)},
	{group: groupConnection, name: "dst.port", aliases: []string{"tcp.dstport"}, typ: typeNumber, max: 65535, on: "rows with a direction", help: "port of the receiver", ports: portsOf(receiver)},
	{group: groupConnection, name: "stream", aliases: []string{"http2.streamid"}, typ: typeNumber, on: "rows of a connection over HTTP/2", help: "stream of HTTP/2",
		number: func(r *Row) (uint64, bool) {
			if r.Conn == nil || r.Conn.Stream == 0 {
				return 0, false
			}
			return uint64(r.Conn.Stream), true
		}},
	{group: groupConnection, name: "uri", aliases: []string{"http.request.uri"}, typ: typeString, on: "rows of a connection", help: "path and query of the request", text: openText(func(o *event.Open) string { return o.URI })},
	{group: groupConnection, name: "host", aliases: []string{"http.host"}, typ: typeString, on: "rows of a connection", help: "the Host header", text: openText(func(o *event.Open) string { return o.Host })},
	{group: groupConnection, name: "origin", typ: typeString, on: "rows of a connection", help: "the Origin header", text: openText(func(o *event.Open) string { return o.Origin })},
	{group: groupConnection, name: "method", aliases: []string{"http.request.method"}, typ: typeString, on: "rows of a connection", help: "method of the request", text: openText(func(o *event.Open) string { return o.Method })},
	{group: groupConnection, name: "status", aliases: []string{"http.response.code"}, typ: typeNumber, max: 999, on: "rows of a connection", help: "status of the response",
		number: func(r *Row) (uint64, bool) {
			if r.Conn == nil || r.Conn.Open == nil || r.Conn.Open.Status == 0 {
				return 0, false
			}
			return uint64(r.Conn.Open.Status), true
		}},
	{group: groupConnection, name: "subprotocol", typ: typeString, on: "rows of a connection", help: "the agreed subprotocol", text: openText(func(o *event.Open) string { return o.Subprotocol })},
	{group: groupConnection, name: "extensions", typ: typeString, on: "rows of a connection", help: "the agreed extensions", text: openText(func(o *event.Open) string { return o.Extensions })},
	{group: groupConnection, name: "deflate", typ: typeBool, on: "rows of a connection", help: "permessage-deflate was agreed",
		boolean: func(r *Row) (bool, bool) {
			if r.Conn == nil || r.Conn.Open == nil {
				return false, false
			}
			return r.Conn.Open.Deflate.Agreed, true
		}},
	{group: groupConnection, name: "transport", typ: typeString, on: "rows of a connection", help: "h1 or h2", text: openText(func(o *event.Open) string { return o.Transport })},
	{group: groupConnection, name: "tls", typ: typeString, on: "rows of a decrypted connection", help: "TLS version, such as 1.3", text: openText(func(o *event.Open) string { return o.TLS })},
	{group: groupConnection, name: "cipher", typ: typeString, on: "rows of a decrypted connection", help: "TLS cipher suite", text: openText(func(o *event.Open) string { return o.Cipher })},
	{group: groupConnection, name: "handshake", typ: typeName, names: []string{"full", "request-only", "response-only", "inferred"}, on: "rows of a connection", help: "which halves of the handshake were captured",
		number: func(r *Row) (uint64, bool) {
			if r.Conn == nil || r.Conn.Open == nil {
				return 0, false
			}
			return uint64(r.Conn.Open.Handshake), true
		}},
	{group: groupConnection, name: "handshake.time", aliases: []string{"http.time"}, typ: typeDuration, on: "rows of a connection with a full handshake", help: "time from the request to the response",
		signed: func(r *Row) (int64, bool) {
			if r.Conn == nil || r.Conn.Open == nil || r.Conn.Open.HandshakeTime < 0 || r.Conn.Open.Handshake != event.HandshakeFull {
				return 0, false
			}
			return int64(r.Conn.Open.HandshakeTime), true
		}},
}
