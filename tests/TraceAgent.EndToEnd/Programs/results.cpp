// Results of C++: classes in registers and in memory, references. Prints, for each call, the line that a rule should log.
#include <cstdio>
#include <string>

constexpr int calls = 20;

#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

namespace shop {

struct Base {
    int id;
};

// In registers: copying it is copying its bytes.
struct Price : Base {
    int cents;
    bool is_final;
};

// In memory, although it is small: it has a destructor.
struct Owner {
    int id;

    explicit Owner(int number) : id(number) {}

    Owner(const Owner &other) : id(other.id) {}

    ~Owner() { id = -1; }
};

enum class State : unsigned char { open, closed = 200 };

class Cart {
public:
    AS_DECLARED Price price(int n)
    {
        Price result{{count + n}, n * 3, n % 2 == 0};
        std::printf("{\"rule\":\"price\",\"args\":{\"n\":%d},\"ret\":{\"id\":%d,\"cents\":%d,\"is_final\":%s}}\n", n, result.id,
            result.cents, result.is_final ? "true" : "false");
        std::fflush(stdout);
        return result;
    }

    AS_DECLARED Owner owner(int n)
    {
        std::printf("{\"rule\":\"owner\",\"args\":{\"n\":%d},\"ret\":{\"id\":%d}}\n", n, n + 5);
        std::fflush(stdout);
        return Owner(n + 5);
    }

    AS_DECLARED const int &shared(int n)
    {
        count += n;
        std::printf("{\"rule\":\"shared\",\"args\":{\"n\":%d},\"ret\":%d}\n", n, count);
        std::fflush(stdout);
        return count;
    }

    AS_DECLARED State state(int n)
    {
        std::printf("{\"rule\":\"state\",\"args\":{\"n\":%d},\"ret\":\"%s\"}\n", n, n % 2 == 0 ? "open" : "closed");
        std::fflush(stdout);
        return n % 2 == 0 ? State::open : State::closed;
    }

private:
    int count = 7;
};

}

int main()
{
    shop::Cart cart;
    long sum = 0;
    for (int i = 0; i < calls; i++)
    {
        sum += cart.price(i).cents + cart.owner(i).id + cart.shared(i) + static_cast<int>(cart.state(i));
    }

    return sum == 1;
}
