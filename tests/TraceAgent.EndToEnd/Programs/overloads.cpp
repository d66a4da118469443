/* Each line of input makes one call of each function. */
#include <stdio.h>

namespace shop {
struct Cart {
    int items = 0;
    __attribute__((noipa)) int add(int item) { return items += item; }
    __attribute__((noipa)) int add(int item, const char *) { return items += 2 * item; }
    __attribute__((noipa)) int count() const { return items; }
};
}

extern "C" __attribute__((noipa)) int plain(int number) { return number + 1; }

int main()
{
    char line[64];
    shop::Cart cart;
    while (fgets(line, sizeof line, stdin)) {
        printf("%d\n", cart.add(1) + cart.add(2, line) + cart.count() + plain(3));
        fflush(stdout);
    }
    return 0;
}
