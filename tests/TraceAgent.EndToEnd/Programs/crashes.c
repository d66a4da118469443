/* Works, and ends as its argument says. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static sigjmp_buf before;
static int *volatile nowhere;

__attribute__((noipa)) int Work(int number)
{
	return number + 1;
}

static void jump_back(int signal)
{
	siglongjmp(before, signal);
}

static void give_up(int signal)
{
	(void)signal;
	abort();
}

int main(int count, char **arguments)
{
	const char *how = count > 1 ? arguments[1] : "well";
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	Work(1);
	if (strcmp(how, "killed") == 0)
		kill(getpid(), SIGSEGV);
	if (strcmp(how, "repaired") == 0)
		signal(SIGSEGV, jump_back);
	if (strcmp(how, "aborted") == 0)
		signal(SIGSEGV, give_up);
	if (strcmp(how, "well") != 0 && sigsetjmp(before, 1) == 0)
		*nowhere = Work(2);
	puts("done");
	return 0;
}
