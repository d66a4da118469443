// Throws exceptions of several types, some of them again, and prints what a line about each throw should show.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <typeinfo>

template <typename T>
static void Throw(const T &value)
{
    std::printf("{\"rule\":\"throw\",\"args\":{\"type\":\"%p\",\"name\":\"%s\"}}\n", static_cast<const void *>(&typeid(T)), typeid(T).name());
    std::fflush(stdout);
    try {
        throw value;
    } catch (...) {
    }
}

int main()
{
    for (int i = 0; i < 10; i++) {
        Throw(std::runtime_error("broken"));
        Throw(i);
        Throw(std::string("text"));
        Throw(std::out_of_range("far"));
    }
}
