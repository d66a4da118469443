// One unit of a program with much debug information. It is compiled once and linked many times under other names, so that the
// program has as many units, each with code of its own: what an anonymous namespace has is merged with nothing.
#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

template <int kind> struct Order {
    std::string customer;
    std::vector<std::pair<int, double>> items;
    std::shared_ptr<Order> former;
    double total() const
    {
        double sum = kind;
        for (auto &[count, price] : items)
            sum += count * price;
        return former ? sum + former->total() / 2 : sum;
    }
};

template <int kind> double shop(int count)
{
    std::map<std::string, Order<kind>> orders;
    std::unordered_map<std::string, std::vector<Order<kind>>> archive;
    for (int i = 0; i < count; i++) {
        auto &order = orders[std::to_string(i % 7)];
        order.items.emplace_back(i, i * 1.5);
        archive[order.customer].push_back(order);
    }
    std::vector<std::pair<double, const Order<kind> *>> sorted;
    for (auto &[name, order] : orders)
        sorted.emplace_back(order.total(), &order);
    std::sort(sorted.begin(), sorted.end(), [](auto &a, auto &b) { return a.first < b.first; });
    std::function<double(double)> rebate = [&](double price) { return price - archive.size(); };
    return sorted.empty() ? 0 : rebate(sorted.back().first);
}

template <int kind> double shops(int count)
{
    if constexpr (kind == 0)
        return shop<0>(count);
    else
        return shop<kind>(count) + shops<kind - 1>(count);
}

}

extern "C" double unit(int count)
{
    return shops<KINDS>(count);
}
