# Functions with one thing each that must not be probed, `at` of it known by a label.
        .macro  function name
        .globl  \name
        .type   \name, @function
\name:
        .endm
        .macro  done name
        .size   \name, . - \name
        .endm

        .text
        .globl  _start
        .type   _start, @function
_start:
        xor     %ebp, %ebp
        mov     $60, %eax
        xor     %edi, %edi
        syscall
        .size   _start, . - _start

function locked
        mov     %rdi, %rax
        lock incq (%rdi)
        ret
done locked

function nop5_first
        .byte   0x0f, 0x1f, 0x44, 0x00, 0x00
        ret
done nop5_first

function nop5_behind_endbr
        endbr64
        .byte   0x0f, 0x1f, 0x44, 0x00, 0x00
        ret
done nop5_behind_endbr

function nop5_inside
        mov     %rdi, %rax
        .byte   0x0f, 0x1f, 0x44, 0x00, 0x00
        ret
done nop5_inside

function cs_prefixed
        nop
        .byte   0x2e, 0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00
        ret
done cs_prefixed

function notrack_jump
        nop
        notrack jmp *%rax
        ret
done notrack_jump

function port
        nop
        in      %dx, %al
        ret
done port

function halt
        nop
        hlt
        ret
done halt

function kernel_entry
        nop
        syscall
        ret
done kernel_entry

function breakpoint
        nop
        int3
        ret
done breakpoint

function undefined_instruction
        nop
        ud2
        ret
done undefined_instruction

function wide_call
        nop
        .byte   0x66, 0xe8, 0x00, 0x00, 0x00, 0x00
        ret
done wide_call

function exchange_r8
        nop
        xchg    %rax, %r8
        ret
done exchange_r8

function stack_segment
        nop
        mov     %eax, %ss
        ret
done stack_segment

function transaction
        nop
        xbegin  1f
1:      ret
done transaction

function vector_load
        nop
        vmovdqu (%rdi), %ymm0
        ret
done vector_load

function vector_load_512
        nop
        vmovdqu64 (%rdi), %zmm0
        ret
done vector_load_512

function vector_add
        nop
        vaddps  %ymm0, %ymm1, %ymm2
        ret
done vector_add

function vector_or
        nop
        vpor    %xmm0, %xmm1, %xmm2
        ret
done vector_or

function shift_without_flags
        nop
        shlx    %rcx, %rsi, %rax
        ret
done shift_without_flags

function amd_vector
        nop
        .byte   0x8f, 0xe8, 0x78, 0xc0, 0xc8, 0x01
        ret
done amd_vector

function store_flags
        nop
        pushf
        ret
done store_flags

function late_prefix
        nop
        .byte   0x48, 0x66, 0x89, 0xf0
        ret
done late_prefix

function copy_bytes
        nop
        rep movsb
        ret
done copy_bytes

function data_between
        jmp     1f
        .byte   0x48, 0xb8
1:      mov     %edi, %eax
        ret
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        ret
done data_between

function skip_lock
        test    %edi, %edi
        je      1f
        lock
1:      addl    $1, (%rsi)
        ret
done skip_lock

function dlsym
        ret
done dlsym

function nop5_of_another_form
        nop
        .byte   0x66, 0x0f, 0x1f, 0x04, 0x00
        ret
done nop5_of_another_form

function nop5_of_prefixes
        nop
        .byte   0x66, 0x66, 0x66, 0x66, 0x90
        ret
done nop5_of_prefixes

function pause_loop
        nop
        pause
        ret
done pause_loop

function endbr_push
        endbr64
        push    %rbp
        pop     %rbp
        ret
done endbr_push

function endbr_push_r12
        endbr64
        push    %r12
        pop     %r12
        ret
done endbr_push_r12

function endbr_move
        endbr64
        mov     %rdi, %rax
        ret
done endbr_move

function long_move
        nop
        movabs  $0x1122334455667788, %rax
        ret
done long_move

function unreadable
        nop
        .byte   0x06
        nop
        ret
done unreadable

function starts_locked
        lock incq (%rdi)
        ret
done starts_locked

function sizeless
        mov     %rdi, %rax
        ret

        .globl  setjmp
        .type   setjmp, @function
setjmp:
        mov     %rdi, %rax
        ret
        .size   setjmp, . - setjmp

        .globl  bare_label
bare_label:
        nop
        ret

# Functions by the ways in which they leave.
function several
        test    %edi, %edi
        je      1f
        ret
1:      mov     %edi, %eax
        nop
        nop
        ret
done several

function with_cold_part
        test    %edi, %edi
        js      with_cold_part.cold
        ret
done with_cold_part

function with_cold_part.cold
        mov     %edi, %eax
        ret
done with_cold_part.cold

function with_switch
        jmp     *table(, %rax, 8)
        nop
1:      ret
2:      ret
done with_switch
        .section .rodata
table:  .quad   1b, 2b
        .text

function tail_call
        test    %edi, %edi
        je      1f
        ret
1:      jmp     several
done tail_call

function tail_call_by_pointer
        test    %edi, %edi
        je      1f
        ret
1:      jmp     *%rax
done tail_call_by_pointer

function only_jumps
        nop
        jmp     several
done only_jumps

function only_jumps_by_pointer
        nop
        jmp     *%rax
done only_jumps_by_pointer

function calls_several
        call    several
        ret
done calls_several

function restarts
        nop
        test    %edi, %edi
        jne     restarts
        ret
done restarts

function restarts_if_odd
        sub     $1, %edi
        test    %edi, %edi
        jp      restarts_if_odd
        ret
done restarts_if_odd

function for_ever
        nop
1:      jmp     1b
done for_ever
