// Namespaces, classes, templates, lambdas, exceptions.
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace shop {
struct Cart {
    std::string owner;
    std::vector<int> items;

    template <typename T>
    T sum(T start) const
    {
        for (auto item : items)
            start += item;
        return start;
    }
};

static int parse(const std::string &text)
{
    try {
        int value = std::stoi(text);
        return value;
    } catch (const std::exception &failure) {
        return -1;
    }
}
}

int main(int argc, char **argv)
{
    auto cart = std::make_unique<shop::Cart>(shop::Cart{ argv[0], { 1, 2, argc } });
    std::map<std::string, int> prices{ { "a", 1 }, { "b", shop::parse(argv[0]) } };
    auto scaled = [&](int by) { return cart->sum(0L) * by + prices["a"]; };
    return static_cast<int>(scaled(argc)) == 0;
}
