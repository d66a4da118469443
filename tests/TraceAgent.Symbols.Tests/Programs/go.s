# What a Go function looks like: the stack's size is checked first, and the function starts again when it has grown.
        .section .note.go.buildid, "a", @note
        .long   4, 4, 4
        .asciz  "Go\0"
        .byte   1, 2, 3, 4

        .text
        .globl  _start
        .type   _start, @function
_start:
        xor     %ebp, %ebp
        ret
        .size   _start, . - _start

        .globl  main.add
        .type   main.add, @function
main.add:
        cmp     0x10(%r14), %rsp
        jbe     1f
        push    %rbp
        mov     %rsp, %rbp
        add     %rbx, %rax
        pop     %rbp
        ret
1:      call    main.add
        jmp     main.add
        .size   main.add, . - main.add

        .globl  main.loop
        .type   main.loop, @function
main.loop:
        dec     %rax
        jne     main.loop
        ret
        .size   main.loop, . - main.loop

        .globl  c_code
        .type   c_code, @function
c_code:
        push    %rbp
        pop     %rbp
        ret
        .size   c_code, . - c_code
