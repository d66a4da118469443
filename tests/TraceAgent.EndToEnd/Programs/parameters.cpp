// Parameters and members of C++. Prints, for each call, the line that a rule with "args: auto" should log.
#include <cstdint>
#include <cstdio>

constexpr int calls = 20;

#ifdef __clang__
#define AS_DECLARED __attribute__((noinline))
#else
#define AS_DECLARED __attribute__((noipa))
#endif

namespace shop {

enum class State : unsigned char { open, closed = 200 };

struct Entity {
    int64_t id;
    virtual ~Entity() = default;
};

struct Named {
    const char *name;
    char tag[8];
};

// In registers: two words.
struct Price {
    int cents;
    long scale;
};

// In memory, although it is small: it has a destructor.
struct Owner {
    int id;

    explicit Owner(int number) : id(number) {}

    Owner(const Owner &other) : id(other.id) {}

    ~Owner() { id = -1; }
};

template <typename T> struct Box {
    T value;
    T *where;
};

class Cart : public Entity, public Named {
public:
    // The object, a reference, values of all kinds, and members of two base classes.
    AS_DECLARED int add(const Price &price, Owner owner, State state, bool is_vip, char mark, unsigned short port, Price own,
        Box<int> *box, int &count)
    {
        std::printf("{\"rule\":\"add\",\"args\":{\"this\":\"%p\",\"price\":{\"cents\":%d,\"scale\":%ld},"
                    "\"own\":{\"cents\":%d,\"scale\":%ld},\"owner\":{\"id\":%d},\"state\":\"%s\",\"is_vip\":%s,\"mark\":\"%c\","
                    "\"port\":%u,\"box\":\"%p\",\"count\":%d,\"of\":%ld,\"called\":\"%s\",\"label\":\"%s\",\"sum\":%d,\"boxed\":%d,"
                    "\"deep\":%d,\"kept\":\"%s\"}}\n",
            static_cast<void *>(this), price.cents, price.scale, own.cents, own.scale, owner.id,
            state == State::open ? "open" : "closed", is_vip ? "true" : "false", mark, port, static_cast<void *>(box), count,
            static_cast<long>(id), name, tag, total, box->value, *box->where, kept == State::open ? "open" : "closed");
        std::fflush(stdout);
        return total + own.cents + is_vip;
    }

    // Without an object.
    AS_DECLARED static long twice(long number, const char *text)
    {
        std::printf("{\"rule\":\"twice\",\"args\":{\"number\":%ld,\"text\":\"%s\"}}\n", number, text);
        std::fflush(stdout);
        return number * 2;
    }

    int total = 0;
    State kept = State::open;
};

namespace {

AS_DECLARED int hidden(Cart &&cart, unsigned char small)
{
    std::printf("{\"rule\":\"hidden\",\"args\":{\"small\":%u,\"its\":%ld}}\n", small, static_cast<long>(cart.id));
    std::fflush(stdout);
    return cart.total + small;
}

}

AS_DECLARED int forward(Cart &cart, int n)
{
    return hidden(static_cast<Cart &&>(cart), static_cast<unsigned char>(n * 11));
}

}

int main()
{
    const char *names[] = {"alice", "bob", "carol"};
    long sum = 0;
    for (int i = 0; i < calls; i++)
    {
        shop::Cart cart;
        cart.id = 1000 + i;
        cart.name = names[i % 3];
        cart.tag[0] = static_cast<char>('a' + i);
        cart.tag[1] = 0;
        cart.total = i * -7;
        cart.kept = i % 3 ? shop::State::open : shop::State::closed;
        int count = i * 5;
        shop::Box<int> box{i - 3, &count};
        shop::Price price{i, -i};
        sum += cart.add(price, shop::Owner(i + 1), i % 2 ? shop::State::open : shop::State::closed, i % 2 == 0,
            static_cast<char>('A' + i), static_cast<unsigned short>(65000 + i), {i * 2, 10000000000L * i}, &box, count);
        sum += shop::Cart::twice(i - 10, names[i % 3]) + shop::forward(cart, i);
    }

    return sum == 1;
}
