#include "textflag.h"

// func prefetch(base *byte, seqs *seq, n int)
TEXT ·prefetch(SB), NOSPLIT, $0-24
	MOVQ base+0(FP), DI
	MOVQ seqs+8(FP), SI
	MOVQ n+16(FP), CX

source:
	// The first and the last of 16 bytes may be in two cache lines. Where they
	// are outside of memory, nothing happens.
	MOVL (SI), AX
	PREFETCHT0 (DI)(AX*1)
	PREFETCHT0 15(DI)(AX*1)
	ADDQ $8, SI
	DECQ CX
	JNZ  source
	RET
