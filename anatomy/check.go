package anatomy

import (
	"fmt"
	"unicode/utf8"

	"wsscope/event"
)

// check notes the rules that the frame breaks whoever sent it and whatever
// was agreed, apart from RSV1, whose meaning a lone frame cannot tell.
func (f *Frame) check() {
	h := &f.Header
	control := event.IsControl(h.Opcode)
	op := event.OpcodeName(h.Opcode)
	if control && !h.FIN {
		f.fault(KindFIN, "control-fragmented", "RFC 6455 section 5.5", "a control frame must have FIN set")
	}
	if h.RSV&4 != 0 && control {
		f.fault(KindRSV1, "frame-rsv1-control", "RFC 7692 section 6", "RSV1 must not be set on a control frame")
	}
	if h.RSV&4 != 0 && h.Opcode == event.OpContinuation {
		f.fault(KindRSV1, "frame-rsv1-continuation", "RFC 7692 section 6", "RSV1 must be set on the first frame of a message only")
	}
	if h.RSV&3 != 0 {
		k := KindRSV2
		if h.RSV&2 == 0 {
			k = KindRSV3
		}
		f.fault(k, "frame-rsv-unnegotiated", "RFC 6455 section 5.2", f.Fields[k].Name+" is set though no registered extension uses it")
	}
	switch {
	case h.Opcode > event.OpBinary && !control:
		f.fault(KindOpcode, "frame-opcode-reserved-data", "RFC 6455 section 5.2", fmt.Sprintf("opcode 0x%x is reserved", h.Opcode))
	case h.Opcode > event.OpPong:
		f.fault(KindOpcode, "frame-opcode-reserved-control", "RFC 6455 section 5.2", fmt.Sprintf("opcode 0x%x is reserved", h.Opcode))
	}
	if !h.Minimal() {
		f.fault(KindLen, "frame-length-not-minimal", "RFC 6455 section 5.2", fmt.Sprintf("a length of %d must not take %d bits", h.Len, h.Form))
	}
	if h.Len>>63 != 0 {
		f.fault(KindExtendedLen, "frame-length-msb", "RFC 6455 section 5.2", "the top bit of a 64-bit length must be 0")
	}
	if control && h.Len > 125 {
		f.fault(KindLen, "control-too-long", "RFC 6455 section 5.5", fmt.Sprintf("a %s frame has at most 125 bytes, not %d", op, h.Len))
	}
	if h.Masked && h.Key == [4]byte{} {
		f.fault(KindKey, "mask-key-zero", "RFC 6455 section 5.3", "a key of zeros masks nothing; keys must be random")
	}
	f.checkPayload()
}

func (f *Frame) checkPayload() {
	code, reason, ok := f.Close()
	switch {
	case f.Missing() > 0:
	case ok:
		if !event.CloseCodeAllowed(code) {
			f.fault(KindStatusCode, "close-code-invalid", "RFC 6455 section 7.4", fmt.Sprintf("%d must not be sent", code))
		}
		if !utf8.Valid(reason) {
			f.fault(KindReason, "close-reason-invalid-utf8", "RFC 6455 section 5.5.1", "the reason is not UTF-8")
		}
	case f.Header.Opcode == event.OpClose && len(f.Payload) == 1:
		f.fault(KindPayload, "close-body-too-short", "RFC 6455 section 5.5.1", "one byte is no status code")
	case f.Header.Opcode == event.OpText && f.Header.FIN && f.Header.RSV&4 == 0 && !utf8.Valid(f.Payload):
		f.fault(KindPayload, "text-invalid-utf8", "RFC 6455 section 5.6", "the text is not UTF-8")
	}
}

func (f *Frame) fault(k Kind, rule, rfc, text string) {
	for i := range f.Fields {
		if f.Fields[i].Kind == k {
			f.Faults = append(f.Faults, Fault{i, rule, rfc, text})
			return
		}
	}
}
