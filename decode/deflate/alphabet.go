package deflate

// What each symbol means (RFC 1951 section 3.2.5), as table entries without
// their code's length.
var (
	litInfo  [288]uint32
	distInfo [32]uint32
	codeInfo [19]uint32
	fixed    tables // section 3.2.6
)

func init() {
	for s := range endOfBlock {
		litInfo[s] = entryLiteral | uint32(s)<<16
	}
	litInfo[endOfBlock] = entryEnd
	base := uint32(3)
	for s := 257; s < 285; s++ {
		extra := uint32(max(0, (s-261)/4))
		litInfo[s] = base<<16 | extra
		base += 1 << extra
	}
	litInfo[285] = 258 << 16
	litInfo[286], litInfo[287] = entryInvalid, entryInvalid

	base = 1
	for s := range maxDistCodes {
		extra := uint32(max(0, (s-2)/2))
		distInfo[s] = base<<16 | extra
		base += 1 << extra
	}
	distInfo[30], distInfo[31] = entryInvalid, entryInvalid

	for s := range 16 {
		codeInfo[s] = 1<<20 | uint32(s)<<16
	}
	codeInfo[16] = 3<<20 | 2 | entryRepeatsLast
	codeInfo[17] = 3<<20 | 3
	codeInfo[18] = 11<<20 | 7

	var lit, dist lengths
	for s := range 288 {
		switch {
		case s < 144:
			lit.add(s, 8)
		case s < 256:
			lit.add(s, 9)
		case s < 280:
			lit.add(s, 7)
		default:
			lit.add(s, 8)
		}
	}
	for s := range 32 {
		dist.add(s, 5)
	}
	fixed.lit.build(&lit, litInfo[:])
	fixed.dist.build(&dist, distInfo[:])
}
