# Code that is not entered by a call, as unwind entries tell it: see _dl_runtime_resolve and __start_context of glibc.
        .macro  function name
        .globl  \name
        .type   \name, @function
\name:
        .endm
        .macro  done name
        .size   \name, . - \name
        .endm

        .text
function _start
        ret
done _start

function called
        .cfi_startproc
        ret
        .cfi_endproc
done called

# Its common entry, not its own, has another frame.
function jumped_to
        .cfi_startproc simple
        .cfi_def_cfa %rsp, 24
        .cfi_offset %rip, -8
        nop
        ret
        .cfi_endproc
done jumped_to

function without_entry
        ret
done without_entry

# Its frame is on the stack where it jumps: it goes on in a part of its own.
function in_two_parts
        .cfi_startproc
        push    %rbx
        .cfi_def_cfa_offset 16
        jmp     second_part
        .cfi_endproc
done in_two_parts

function second_part
        .cfi_startproc
        .cfi_def_cfa_offset 16
        pop     %rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
done second_part

# A table that nothing marks: without a frame only what is in it tells.
function by_table
        .cfi_startproc
        lea     own_places(%rip), %rax
        jmp     *(%rax, %rdi, 8)
.Lone:  ret
.Ltwo:  ret
        .cfi_endproc
done by_table

function by_table_of_functions
        .cfi_startproc
        test    %edi, %edi
        je      1f
        lea     functions(%rip), %rax
        jmp     *(%rax, %rdi, 8)
1:      ret
        .cfi_endproc
done by_table_of_functions

# Nobody knows before it runs.
function by_register
        .cfi_startproc
        test    %edi, %edi
        je      1f
        jmp     *%rsi
1:      ret
        .cfi_endproc
done by_register

# The frame is still there: it cannot leave.
function with_frame
        .cfi_startproc
        push    %rbx
        .cfi_def_cfa_offset 16
        jmp     *%rsi
        pop     %rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
done with_frame

function nop5_alone
        .byte   0x0f, 0x1f, 0x44, 0x00, 0x00
done nop5_alone

function fill_bytes
        rep stosb
        ret
done fill_bytes

# Its other part, which no name tells to be one, is left to without a frame, and with one, and leads back.
function in_parts_that_lead_back
        .cfi_startproc
        test    %edi, %edi
        je      other_part
        push    %rbx
        .cfi_def_cfa_offset 16
        js      middle_of_other_part
back_again:
        pop     %rbx
        .cfi_def_cfa_offset 8
        ret
        .cfi_endproc
done in_parts_that_lead_back

function other_part
        .cfi_startproc
        xor     %eax, %eax
        ret
        .cfi_def_cfa_offset 16
middle_of_other_part:
        nop
        jmp     back_again
        .cfi_endproc
done other_part

        .section .rodata
own_places:
        .quad   .Lone, .Ltwo
functions:
        .quad   called, called
