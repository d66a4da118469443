/* Calls functions with what must not be logged beside what may be, and then with something harmless. */
#include <stdio.h>

struct login {
    const char *user;
    const char *key;
};

__attribute__((noipa)) long Login(const char *user, const char *password, long pin, const struct login *login)
{
    return pin ^ (user == NULL) ^ (password == NULL) ^ (login == NULL);
}

__attribute__((noipa)) const char *Request(const char *header, const char *buffer, long length)
{
    return length ? header : buffer;
}

int main(void)
{
    static const char *headers[] = {
        "Authorization: Bearer sesame-bearer-1", "GET /?user=visible-user&password=sesame-query-2&page=3",
        "{\"token\": \"sesame-json-3\", \"visible-key\": 1}", "card 4111 1111 1111 1111 visible-card", "Cookie: id=sesame-cookie-4; b=sesame-cookie-5",
        "padding padding padding password=sesame-which-is-cut-off-6", "nothing visible-plain"};
    struct login login = {"visible-login", "sesame-key-7"};

    for (int i = 0; i < 7; i++) {
        Request(headers[i], "api_key=sesame-bytes-8&x", 24);
        Login("visible-name", "sesame-named-9", 73313370 + i, &login);
    }
    puts("done");
    return 0;
}
