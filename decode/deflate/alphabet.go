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
		codeInfo[s] = uint32(s) << 16
	}
	codeInfo[16] = 3<<20 | 1<<16 | 2 | entryRepeats
	codeInfo[17] = 3<<20 | 3 | entryRepeats
	codeInfo[18] = 11<<20 | 7 | entryRepeats

	var list []uint16
	var count [16]uint16
	add := func(symbols int, length uint16) {
		for range symbols {
			list = append(list, uint16(len(list))<<4|length)
			count[length]++
		}
	}
	add(144, 8)
	add(112, 9)
	add(24, 7)
	add(8, 8)
	build(fixed.lit[:], &fixed.litLong, list, 0, &count, litInfo[:])

	list, count = nil, [16]uint16{}
	add(32, 5)
	build(fixed.dist[:], &fixed.distLong, list, 0, &count, distInfo[:])
}
