/* Passes USDT probes with operands of every kind. For each it prints the values as a line about it should show them. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/sdt.h>

#define CALLED __attribute__((noipa))

/* Numbers above 2^63 - 1 are texts. */
static const char *Number(uint64_t value)
{
    static char text[32];

    snprintf(text, sizeof text, value > INT64_MAX ? "\"%" PRIu64 "\"" : "%" PRIu64, value);
    return text;
}

CALLED void Small(signed char a, unsigned char b, short c, unsigned short d)
{
    STAP_PROBE4(shop, small, a, b, c, d);
    printf("{\"rule\":\"small\",\"args\":{\"arg1\":%d,\"arg2\":%d,\"arg3\":%d,\"arg4\":%d}}\n", a, b, c, d);
}

CALLED void Wide(int a, unsigned b, long c, unsigned long d)
{
    STAP_PROBE4(shop, wide, a, b, c, d);
    printf("{\"rule\":\"wide\",\"args\":{\"arg1\":%d,\"arg2\":%u,\"arg3\":%ld,\"arg4\":%s}}\n", a, b, c, Number(d));
}

CALLED void Many(int a, long b, short c, int d, long e, short f, int g, long h, short i, int j, long k, short l)
{
    STAP_PROBE12(shop, many, a, b, c, d, e, f, g, h, i, j, k, l);
    printf("{\"rule\":\"many\",\"args\":{\"arg1\":%d,\"arg2\":%ld,\"arg3\":%d,\"arg4\":%d,\"arg5\":%ld,\"arg6\":%d,\"arg7\":%d,\"arg8\":%ld,"
           "\"arg9\":%d,\"arg10\":%d,\"arg11\":%ld,\"arg12\":%d}}\n", a, b, c, d, e, f, g, h, i, j, k, l);
}

CALLED void Constants(void)
{
    STAP_PROBE5(shop, constants, -5, 7u, (short)-300, 1L << 40, (char)-1);
    printf("{\"rule\":\"constants\",\"args\":{\"arg1\":-5,\"arg2\":7,\"arg3\":-300,\"arg4\":%ld,\"arg5\":%d}}\n", 1L << 40, (char)-1);
}

CALLED void Element(const int *list, long index, const unsigned short *shorts)
{
    STAP_PROBE2(shop, element, list[index], shorts[index + 1]);
    printf("{\"rule\":\"element\",\"args\":{\"arg1\":%d,\"arg2\":%u}}\n", list[index], shorts[index + 1]);
}

/* Typed by the rule, with one left out. */
CALLED void Named(int status, int unused, const char *path, const void *buffer, unsigned long size)
{
    STAP_PROBE5(shop, named, status, unused, path, buffer, size);
    printf("{\"rule\":\"named\",\"args\":{\"status\":%d,\"path\":\"%s\",\"buffer\":\"%02x%02x\",\"size\":%lu}}\n", (signed char)status, path,
           ((const unsigned char *)buffer)[0], ((const unsigned char *)buffer)[1], size);
}

/* One probe, inlined at places with different operands. */
static inline __attribute__((always_inline)) void Place(long value)
{
    STAP_PROBE1(shop, place, value);
    printf("{\"rule\":\"place\",\"args\":{\"arg1\":%ld}}\n", value);
}

CALLED void Places(long a, int b)
{
    Place(a);
    Place(b);
    Place(17);
    Place(a * b);
}

#ifdef __x86_64__
/* What compilers seldom choose, in the letters of the assembler. */
#define NOTE(name, operands) \
    "990: nop\n.pushsection .note.stapsdt,\"\",\"note\"\n.balign 4\n.4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
    "993: .8byte 990b, 0, 0\n.asciz \"shop\"\n.asciz \"" name "\"\n.asciz \"" operands "\"\n994: .balign 4\n.popsection\n"

int64_t pair[2] __attribute__((used));
static int counter[2] __attribute__((used));

CALLED void Registers(uint64_t value)
{
    __asm__ volatile(
        "mov %0, %%rax\nmov %0, %%r9\nmov %0, %%rsi\nmov %0, %%rbx\n"
        NOTE("registers", "1@%%al -1@%%al 1@%%ah -1@%%bh 2@%%ax -2@%%si 4@%%eax -4@%%r9d 8@%%rbx -8@%%r9 -1@%%r9b 2@%%r9w")
        : : "r"(value) : "rax", "r9", "rsi", "rbx");
    printf("{\"rule\":\"registers\",\"args\":{\"arg1\":%u,\"arg2\":%d,\"arg3\":%u,\"arg4\":%d,\"arg5\":%u,\"arg6\":%d,\"arg7\":%u,\"arg8\":%d,",
           (uint8_t)value, (int8_t)value, (uint8_t)(value >> 8), (int8_t)(value >> 8), (uint16_t)value, (int16_t)value, (uint32_t)value, (int32_t)value);
    printf("\"arg9\":%s,\"arg10\":%" PRId64 ",\"arg11\":%d,\"arg12\":%u}}\n", Number(value), (int64_t)value, (int8_t)value, (uint16_t)value);
}

struct block {
    int64_t first;
    int32_t list[4];
    double real;
    float small;
};

CALLED void Memory(const struct block *block, long index)
{
    __asm__ volatile(
        "mov %0, %%rbx\nmov %1, %%rcx\n"
        NOTE("memory", "8@(%%rbx) -4@8(%%rbx,%%rcx,4) 2@10(%%rbx) 1@(%%rbx,%%rcx) -4@0x10+4-12(%%rbx) -4@counter(%%rip) 4@8+counter-4(%%rip) 8@pair+8(%%rip) 8f@24(%%rbx) 4f@32(%%rbx)")
        : : "r"(block), "r"(index) : "rbx", "rcx", "memory");
}

CALLED void TwoWord(const struct block *block)
{
    __asm__ volatile("mov %0, %%rbx\n" NOTE("twowords", "16@(%%rbx) 16@2*(8-4)(%%rbx) -4@$(2+3)*-4-1 16@pair(%%rip)")
        : : "r"(block) : "rbx", "memory");
}

static void TwoWords(const struct block *block)
{
    const unsigned char *bytes = (const unsigned char *)block;

    TwoWord(block);
    printf("{\"rule\":\"twowords\",\"args\":{\"block\":\"");
    for (int i = 0; i < 16; i++)
        printf("%02x", bytes[i]);
    printf("\",\"list\":[%d,%d,%d,%d],\"number\":-21,\"pair\":[%" PRId64 ",%" PRId64 "]}}\n", block->list[0], block->list[1], block->list[2],
           block->list[3], pair[0], pair[1]);
}

#ifndef __pie__
/* Where the linker has put things is where they are. */
CALLED void Fixed(long index)
{
    __asm__ volatile("mov %0, %%rcx\n" NOTE("fixed", "8@$pair -4@counter(,%%rcx,4) -4@counter+4 8@$pair+8")
        : : "r"(index) : "rcx", "memory");
    printf("{\"rule\":\"fixed\",\"args\":{\"a\":\"%p\",\"b\":%d,\"c\":%d,\"d\":\"%p\"}}\n", (void *)pair, counter[index],
           counter[1], (void *)(pair + 1));
}
#endif

CALLED void Memories(const struct block *block, long index)
{
    const unsigned char *bytes = (const unsigned char *)block;

    TwoWords(block);
    counter[0] -= 3;
    counter[1] += 5;
    pair[1] = (int64_t)index << 33;
    Memory(block, index);
    printf("{\"rule\":\"memory\",\"args\":{\"arg1\":%s,\"arg2\":%d,\"arg3\":%u,\"arg4\":%u,\"arg5\":%d,\"arg6\":%d,\"arg7\":%d,\"arg8\":%" PRId64 ",\"arg9\":%g,\"arg10\":%g}}\n",
           Number((uint64_t)block->first), block->list[index], bytes[10] | bytes[11] << 8, bytes[index], block->list[0], counter[0], counter[1], pair[1], block->real, block->small);
}
#endif

int main(void)
{
    static const int list[] = {-1, 20, -300, 4000};
    static const unsigned short shorts[] = {1, 65535, 3, 4, 5};

    for (int i = -2; i < 3; i++) {
        Small(i * 50, i * 100, i * 10000, i * 30000);
        Wide(i * 1000000000, (unsigned)i, i * 4000000000000000000L, (unsigned long)i * 5000000000000000000UL);
        Many(i, i * 2L, i * 3, -i, i * 5L, i * 6, -i * 7, i * 8L, i * 9, i * 10, -i * 11L, i * 12);
        Constants();
        Places(i, i * 7);
    }

    for (long i = 0; i < 4; i++) {
        Element(list, i, shorts);
        Named((int)i * 100, 1, i % 2 ? "/odd" : "/even", list + i, (unsigned long)i << 40);
    }

#ifdef __x86_64__
    for (uint64_t value = 0x0123456789abcdef; value != 0; value = value << 12 ^ (value & 0xff) << 4) {
        Registers(value);
    }

    for (long i = 0; i < 4; i++) {
        struct block block = {-i * 0x123456789, {1, -2, 3, (int)-i}, (double)i + 0.5, (float)(i + 1) * -0.25f};
        Memories(&block, i);
#ifndef __pie__
        Fixed(i % 2);
#endif
    }
#endif
    return 0;
}
