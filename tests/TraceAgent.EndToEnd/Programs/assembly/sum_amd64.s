#include "textflag.h"

// func Sum(a, b int64, text string) int64
TEXT ·Sum(SB), NOSPLIT, $0-40
	MOVQ a+0(FP), AX
	ADDQ b+8(FP), AX
	ADDQ text_len+24(FP), AX
	MOVQ AX, ret+32(FP)
	RET
