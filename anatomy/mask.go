package anatomy

import "fmt"

// MaskStep is the unmasking of one payload byte (RFC 6455 section 5.3).
type MaskStep struct {
	Index             int // of the payload byte; the key byte is Index mod 4
	Wire, Key, Plain  byte
	WireBits, KeyBits string // in binary
	PlainBits         string
}

// MaskSteps works out the masking of the first n payload bytes; it is empty
// for a frame without a mask.
func (f *Frame) MaskSteps(n int) []MaskStep {
	if !f.Header.Masked {
		return nil
	}
	steps := make([]MaskStep, min(n, len(f.Payload)))
	for i := range steps {
		wire, key, plain := f.Raw[f.Header.Size+i], f.Header.Key[i%4], f.Payload[i]
		steps[i] = MaskStep{i, wire, key, plain, fmt.Sprintf("%08b", wire), fmt.Sprintf("%08b", key), fmt.Sprintf("%08b", plain)}
	}
	return steps
}
