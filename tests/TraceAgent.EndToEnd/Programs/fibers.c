/*
 * Two stacks in one thread, which the program switches by itself: the kernel's way of catching a return ends it. As a whole;
 * or without main (LIBRARY) and with it alone (ONLY_MAIN).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#ifndef ONLY_MAIN
#define STACK (256 * 1024)

struct context {
	void *stack;
};

void hop(struct context *from, struct context *to);
__asm__(".text\n.globl hop\n.type hop,@function\nhop:\n"
	"push %rbp\npush %rbx\npush %r12\npush %r13\npush %r14\npush %r15\nmov %rsp,(%rdi)\n"
	"mov (%rsi),%rsp\npop %r15\npop %r14\npop %r13\npop %r12\npop %rbx\npop %rbp\nret\n.size hop,.-hop\n");

static struct context whole, fibers[2];
static volatile int left = 2;

__attribute__((noipa)) int Step(int who, int number)
{
	volatile int kept = who * 1000 + number;

	hop(&fibers[who], &whole);
	return kept;
}

static void run(int who)
{
	for (int i = 0; i < 5; i++)
		if (Step(who, i) != who * 1000 + i)
			abort();
	left--;
	for (;;)
		hop(&fibers[who], &whole);
}

static void first(void)
{
	run(0);
}

static void second(void)
{
	run(1);
}

static void make(struct context *fiber, void (*entry)(void))
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void **top = (void **)(stack + STACK - 64);

	*--top = NULL;
	*--top = (void *)entry;
	for (int i = 0; i < 6; i++)
		*--top = NULL;
	fiber->stack = top;
}

void Fibers(void)
{
	make(&fibers[0], first);
	make(&fibers[1], second);
	while (left) {
		hop(&whole, &fibers[0]);
		hop(&whole, &fibers[1]);
	}
}
#else
void Fibers(void);
#endif

#ifndef LIBRARY
__attribute__((noipa)) int Begin(int number)
{
	return number;
}

int main(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	Begin(1);
	Fibers();
	puts("done");
	return 0;
}
#endif
