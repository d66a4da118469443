/* Prints each call and its result: functions with several returns, one of them in a part that lies elsewhere. */
#include <stdio.h>

static volatile long complaints;

__attribute__((noipa, cold)) void complain(long n) { complaints += n; }

__attribute__((noipa)) long Sign(long n)
{
    if (n > 0)
        return 1;
    if (n < 0) {
        complaints++;
        return -1;
    }
    return 0;
}

__attribute__((noipa)) long Rare(long n)
{
    if (__builtin_expect(n < 0, 0)) {
        complain(n);
        complain(n + 1);
        return -n;
    }
    complaints++;
    return n * 2;
}

__attribute__((noipa)) long Switch(long n)
{
    switch (n) {
    case 0: complain(1); return 5;
    case 1: complain(2); return 17;
    case 2: complaints = 3; return 22;
    case 3: complain(4); return 1;
    case 4: complaints = n; return 9;
    case 5: complain(7); return 2;
    }
    return n;
}

/* Leaves by a jump to Sign, but for one number. */
__attribute__((noipa)) long Tail(long n)
{
    return n == 3 ? 100 : Sign(n - 3);
}

int main(void)
{
    for (long n = -3; n < 8; n++)
        printf("Sign %ld = %ld\nRare %ld = %ld\nSwitch %ld = %ld\nTail %ld = %ld\n",
               n, Sign(n), n, Rare(n), n, Switch(n), n, Tail(n));
    return 0;
}
