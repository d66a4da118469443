/* Name returns text that a careless writer of JSON would break on. */
#include <stdio.h>

static const char *names[] = {
    "plain", "", "quote \" backslash \\", "tab\tnewline\nescape\x1b", "gr\xc3\xbc\xc3\x9f \xe2\x82\xac",
    "bad \xff\xfe byte", "cut \xc3", "{braces} {0}", NULL,
};

__attribute__((noipa)) const char *Name(long number)
{
    return names[number];
}

int main(void)
{
    /* Touches the texts first: whether an untouched page can be read is another test's matter. */
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i])
            puts(names[i]);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        Name(i);
    return 0;
}
