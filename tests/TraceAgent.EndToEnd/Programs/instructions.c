/* Functions of a few instructions, each of which a probe might change: of p_NAME, the agent says what it thinks of it.
   Each runs 50 times in a process of its own, and tells what it computed, or the signal that ended it. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef unsigned long function(unsigned long *memory, unsigned long value);

static struct snippet {
    const char *name;
    int supported;
    function *code;
} snippets[128];
static int count;

#define SNIPPET(id, feature, body)                                                                                        \
    asm(".text\n.type f_" #id ", @function\nf_" #id ":\n" body "\n.size f_" #id ", . - f_" #id "\n");    \
    extern function f_##id;                                                                                          \
    __attribute__((constructor)) static void add_##id(void)                                                          \
    {                                                                                                                     \
        snippets[count++] = (struct snippet){#id, __builtin_cpu_supports(#feature), f_##id};                    \
    }

asm(".data\n.balign 16\ndata: .quad 0x1122334411223344, 0x5566778855667788\ntarget: .quad t_seven\n"
    ".text\n.type t_seven, @function\nt_seven: mov $7, %eax\n ret\n.size t_seven, . - t_seven\n");

SNIPPET(vpor, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vpor: vpor %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vpcmpeqb, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vpcmpeqb: vpcmpeqb %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vpshufd, avx,
        "vmovups (%rdi),%xmm0\n p_vpshufd: vpshufd $0x1b,%xmm0,%xmm1\n nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop;nop\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vzeroupper, avx2,
        "vpcmpeqd %ymm0,%ymm0,%ymm0\n p_vzeroupper: vzeroupper\n vmovups %ymm0,(%rdi)\n ret")
SNIPPET(vpsubsb, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vpsubsb: vpsubsb %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vpsubsw, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vpsubsw: vpsubsw %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vcmpps, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vcmpps: vcmpps $1,%xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vfnmadd, fma,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vfnmadd: vfnmadd132ss %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vmovd, avx,
        "vmovups (%rdi),%xmm0\n xor %eax,%eax\n p_vmovd: vmovd %xmm0,%eax\n ret")
SNIPPET(vmovdqa_store, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vmovdqa_store: vmovdqu %xmm1,(%rdi)\n ret")
SNIPPET(vgather, avx2,
        "vpcmpeqd %xmm2,%xmm2,%xmm2\n vpxor %xmm1,%xmm1,%xmm1\n p_vgather: vpgatherdd %xmm2,(%rdi,%xmm1,4),%xmm0\n vmovups %xmm0,16(%rdi)\n ret")
SNIPPET(kmov, avx512f,
        "mov $5,%eax\n kmovw %eax,%k1\n p_kmov: kmovw %k1,%k2\n kmovw %k2,%eax\n ret")
SNIPPET(kortest, avx512f,
        "mov $0,%eax\n kmovw %eax,%k1\n p_kortest: kortestw %k1,%k1\n setz %al\n ret")
SNIPPET(vpand, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vpand: vpand %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vandps, avx,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vandps: vandps %xmm0,%xmm1,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vpaddd, avx,
        "vmovups (%rdi),%xmm0\n p_vpaddd: vpaddd %xmm0,%xmm0,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(pushf, sse2,
        "p_pushf: pushf\n pop %rax\n and $0x100,%rax\n ret")
SNIPPET(pushf_popf, sse2,
        "p_pushf_popf: pushf\n nop\n popf\n mov $1,%eax\n ret")
SNIPPET(popf, sse2,
        "pushf\n p_popf: popf\n mov $1,%eax\n nop\n ret")
SNIPPET(repmovsb, sse2,
        "mov %rdi,%rsi\n add $16,%rdi\n mov $16,%ecx\n p_repmovsb: rep movsb\n mov %rcx,%rax\n ret")
SNIPPET(loop, sse2,
        "mov $5,%ecx\n xor %eax,%eax\n1: inc %eax\n p_loop: loop 1b\n ret")
SNIPPET(jrcxz, sse2,
        "mov %rsi,%rcx\n xor %eax,%eax\n p_jrcxz: jrcxz 1f\n inc %eax\n 1: ret")
SNIPPET(mfence, sse2,
        "p_mfence: mfence\n mov $3,%eax\n ret")
SNIPPET(stmxcsr, sse2,
        "p_stmxcsr: stmxcsr (%rdi)\n ret")
SNIPPET(rdtscp, sse2,
        "p_rdtscp: rdtscp\n xor %eax,%eax\n ret")
SNIPPET(xgetbv, sse2,
        "xor %ecx,%ecx\n p_xgetbv: xgetbv\n ret")
SNIPPET(pextrw, sse2,
        "movups (%rdi),%xmm0\n p_pextrw: pextrw $1,%xmm0,%eax\n ret")
SNIPPET(push_rsp, sse2,
        "p_push_rsp: push %rsp\n pop %rax\n sub %rsp,%rax\n ret")
SNIPPET(push_mem, sse2,
        "p_push_mem: pushq (%rdi)\n pop %rax\n ret")
SNIPPET(call_ind, sse2,
        "lea 1f(%rip),%rax\n p_call_ind: call *%rax\n add $1,%rax\n ret\n1: mov $7,%eax\n ret")
SNIPPET(call_rsp, sse2,
        "lea 1f(%rip),%rax\n push %rax\n p_call_rsp: call *(%rsp)\n add $1,%rax\n pop %rcx\n ret\n1: mov $7,%eax\n ret")
SNIPPET(retn, sse2,
        "lea 1f(%rip),%rax\n sub $16,%rsp\n call 1f\n add $8,%rsp\n ret\n1: mov $9,%eax\n p_retn: ret $8\n")
SNIPPET(xchg_mem, sse2,
        "mov %rsi,%rax\n p_xchg_mem: xchg %rax,(%rdi)\n ret")
SNIPPET(enter, sse2,
        "p_enter: enter $16,$0\n leave\n mov $1,%eax\n ret")
SNIPPET(endbr, sse2,
        "p_endbr: endbr64\n mov $1,%eax\n ret")
SNIPPET(rdfsbase, sse2,
        "p_rdfsbase: mov %fs:0,%rax\n xor %fs:0,%rax\n ret")
SNIPPET(jmp_ind, sse2,
        "lea 1f(%rip),%rax\n p_jmp_ind: jmp *%rax\n1: mov $7,%eax\n ret")
SNIPPET(cmpxchg16b, sse2,
        "mov %rbx,%r8\n mov $1,%eax\n mov $2,%edx\n mov $3,%ebx\n mov $4,%ecx\n p_cmpxchg16b: cmpxchg16b (%rdi)\n mov %r8,%rbx\n ret")
SNIPPET(xlat, sse2,
        "mov %rbx,%r8\n mov %rdi,%rbx\n mov $1,%eax\n p_xlat: xlat\n mov %r8,%rbx\n ret")
SNIPPET(vptest, avx,
        "vmovups (%rdi),%xmm0\n p_vptest: vptest %xmm0,%xmm0\n setz %al\n movzx %al,%eax\n ret")
SNIPPET(shlx, bmi2,
        "mov $3,%ecx\n p_shlx: shlx %rcx,%rsi,%rax\n ret")
SNIPPET(andn, bmi2,
        "mov $3,%ecx\n p_andn: andn %rcx,%rsi,%rax\n ret")
SNIPPET(bzhi, bmi2,
        "mov $3,%ecx\n p_bzhi: bzhi %rcx,%rsi,%rax\n ret")
SNIPPET(vpermq, avx2,
        "vmovups (%rdi),%ymm0\n p_vpermq: vpermq $0x1b,%ymm0,%ymm0\n vmovups %ymm0,(%rdi)\n ret")
SNIPPET(vevex_or, avx512vl,
        "vmovups (%rdi),%xmm0\n vpsrlq $3,%xmm0,%xmm1\n p_vevex_or: vporq %xmm16,%xmm0,%xmm1\n vmovups %xmm1,(%rdi)\n ret")
SNIPPET(vevex_fma, avx512f,
        "vmovups (%rdi),%xmm0\n p_vevex_fma: vfmadd213ps %zmm0,%zmm0,%zmm0\n vmovups %xmm0,(%rdi)\n ret")
SNIPPET(rex_order, sse2,
        "xor %eax,%eax\n p_rex_order: .byte 0x48,0x66,0x89,0xf0\n ret")
SNIPPET(les66, sse2,
        "p_les66: .byte 0x66,0x66,0x90\n mov $1,%eax\n ret")
SNIPPET(sfence, sse2,
        "p_sfence: sfence\n mov $3,%eax\n ret")
SNIPPET(mov_rip, sse2,
        "p_mov_rip: mov data(%rip),%rax\n ret")
SNIPPET(add_rip, sse2,
        "p_add_rip: add data(%rip),%rsi\n mov %rsi,%rax\n ret")
SNIPPET(store_rip, sse2,
        "p_store_rip: mov %rsi,data(%rip)\n mov data(%rip),%rax\n ret")
SNIPPET(mov_rip_si, sse2,
        "p_mov_rip_si: mov data(%rip),%rsi\n mov %rsi,%rax\n ret")
SNIPPET(cmp_rip_imm, sse2,
        "p_cmp_rip_imm: cmpl $0x11223344,data(%rip)\n sete %al\n movzx %al,%eax\n ret")
SNIPPET(mul_rip, sse2,
        "p_mul_rip: mov %rsi,%rax\n mulq data(%rip)\n mov %rdx,(%rdi)\n ret")
SNIPPET(sse_rip, sse2,
        "p_sse_rip: movups data(%rip),%xmm6\n movups %xmm6,(%rdi)\n ret")
SNIPPET(call_rip, sse2,
        "p_call_rip: call *target(%rip)\n ret")
SNIPPET(jmp_rip, sse2,
        "p_jmp_rip: jmp *target(%rip)\n")
SNIPPET(lock_add, sse2,
        "p_lock_add: lock addq $1,(%rdi)\n ret")
SNIPPET(repe_cmpsb, sse2,
        "mov %rdi,%rsi\n mov $16,%ecx\n p_repe_cmpsb: repe cmpsb\n mov %rcx,%rax\n ret")
SNIPPET(rdtsc_zero, sse2,
        "p_rdtsc_zero: rdtsc\n xor %eax,%eax\n ret")
SNIPPET(cpuid_zero, sse2,
        "push %rbx\n xor %eax,%eax\n p_cpuid_zero: cpuid\n pop %rbx\n ret")
SNIPPET(jcc_near, sse2,
        "test %rsi,%rsi\n p_jcc_near: .byte 0x0f,0x85\n .long 1f-.-4\n xor %eax,%eax\n ret\n1: mov $5,%eax\n ret")
SNIPPET(jcc_short, sse2,
        "test %rsi,%rsi\n p_jcc_short: jnz 1f\n xor %eax,%eax\n ret\n1: mov $5,%eax\n ret")
SNIPPET(leave, sse2,
        "push %rbp\n mov %rsp,%rbp\n sub $32,%rsp\n p_leave: leave\n mov $3,%eax\n ret")
SNIPPET(pop_mem, sse2,
        "push %rsi\n p_pop_mem: popq (%rdi)\n ret")
SNIPPET(cmov, sse2,
        "cmp $1,%rsi\n p_cmov: cmovg %rdi,%rax\n mov %rsi,%rax\n ret")
SNIPPET(crc32, sse2,
        "p_crc32: crc32q %rsi,%rax\n mov $1,%eax\n ret")
SNIPPET(fldenv, sse2,
        "p_fldenv: fld1\n fstpl (%rdi)\n ret")
SNIPPET(stosq, sse2,
        "mov $7,%eax\n p_stosq: stosq\n ret")
SNIPPET(xadd, sse2,
        "p_xadd: xadd %rsi,(%rdi)\n mov %rsi,%rax\n ret")
SNIPPET(pause, sse2,
        "p_pause: pause\n mov %rsi,%rax\n ret")
SNIPPET(xchg_r8, sse2,
        "mov %rsi,%r8\n xor %eax,%eax\n p_xchg_r8: xchg %rax,%r8\n ret")
SNIPPET(red_zone, sse2,
        "mov %rsi,-8(%rsp)\n p_red_zone: nop\n mov -8(%rsp),%rax\n ret")
SNIPPET(nop5_inside, sse2,
        "mov %rsi,-8(%rsp)\n p_nop5_inside: .byte 0x0f,0x1f,0x44,0,0\n mov -8(%rsp),%rax\n ret")
SNIPPET(nop5_of_another_form, sse2,
        "mov %rsi,-8(%rsp)\n p_nop5_of_another_form: nopw 0(%rax,%rax,1)\n mov -8(%rsp),%rax\n ret")
SNIPPET(nop5_of_prefixes, sse2,
        "mov %rsi,-8(%rsp)\n p_nop5_of_prefixes: .byte 0x66,0x66,0x66,0x66,0x90\n mov -8(%rsp),%rax\n ret")
SNIPPET(nop6, sse2,
        "mov %rsi,-8(%rsp)\n p_nop6: .byte 0x66,0x0f,0x1f,0x44,0,0\n mov -8(%rsp),%rax\n ret")
SNIPPET(nop4, sse2,
        "mov %rsi,-8(%rsp)\n p_nop4: .byte 0x0f,0x1f,0x40,0\n mov -8(%rsp),%rax\n ret")

int main(void)
{
    for (int i = 0; i < count; i++) {
        int status;
        if (!snippets[i].supported)
            continue;
        fflush(stdout);
        if (fork() == 0) {
            unsigned long memory[128], result = 0;
            alarm(10);
            for (int round = 0; round < 50; round++) {
                for (int word = 0; word < 128; word++)
                    memory[word] = 0x1122334455667788ul * (unsigned long)(word + 1);
                result = snippets[i].code(memory, 42);
            }
            for (int word = 0; word < 8; word++)
                result = result * 31 + memory[word];
            printf("%s %lx\n", snippets[i].name, result);
            fflush(stdout);
            _exit(0);
        }
        wait(&status);
        if (status)
            printf("%s ended with %x\n", snippets[i].name, status);
    }
    return 0;
}
