# Places that a note of a USDT probe can name, and notes that lie about them.
        .macro note label, name, semaphore, operands
        .pushsection .note.stapsdt, "", "note"
        .balign 4
        .4byte 92f - 91f, 94f - 93f, 3
91:     .asciz "stapsdt"
92:     .balign 4
93:     .8byte \label, _.stapsdt.base, \semaphore
        .asciz "shop"
        .asciz "\name"
        .asciz "\operands"
94:     .balign 4
        .popsection
        .endm

        .globl _start
        .type _start, @function
_start:
        mov %rdi, %rax
plain:  nop
        inc %rax
twin1:  nop
        inc %rax
twin2:  nop
        inc %rax
wide:   .byte 0x0f, 0x1f, 0x44, 0x00, 0x00
        inc %rax
guarded: nop
inside: mov $60, %eax
        syscall
        .size _start, . - _start

        .section .stapsdt.base, "aG", "progbits", .stapsdt.base, comdat
        .weak _.stapsdt.base
_.stapsdt.base: .space 1

        .section .probes, "aw"
        .balign 2
        .2byte 0
counter: .2byte 0
odd_at: .byte 0, 0, 0

        note plain, plain, 0, "8@%rax -4@%edi"
        note twin1, twin, 0, "8@%rax"
        note twin2, twin, 0, "8@%rdi"
        note plain, twin, 0, "8@%rax"
        note wide, wide, 0, "8@%rax"
        note guarded, guarded, counter, ""
        note inside+1, inside, 0, ""
        note counter, data, 0, ""
        note plain, readonly, _start, ""
        note plain, odd, odd_at+1, ""
        note wide, partly, 0, ""
        note plain, partly, 0, ""
