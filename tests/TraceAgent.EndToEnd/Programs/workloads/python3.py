import collections, ctypes, decimal, functools, hashlib, json, re, struct, threading, zlib

def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
print(deep(700))
print(hashlib.sha256(bytes(range(256)) * 50).hexdigest(), zlib.crc32(b"shop" * 1000))
print(json.dumps({"a": [1, 2.5, None, "é"], "b": {"c": True}}, sort_keys=True))
print(sorted(collections.Counter(re.findall(r"\w+", "the cat and the dog and the bird")).items()))
print(decimal.Decimal(2).sqrt(), 2 ** 300 % 10 ** 20, sum(i * i for i in range(20000)), 0.1 + 0.2)
try:
    [][1]
except IndexError as error:
    print(type(error).__name__, error)
results = [0] * 4
def work(k):
    for i in range(3000): results[k] += i * (k + 1)
threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
print(results, struct.pack("<IhQ", 1, -2, 3).hex())
print(ctypes.CDLL(None).strlen(b"twelve bytes"), len(zlib.compress(b"abc" * 5000)))
@functools.lru_cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
print(fib(90), "{:>10.3e}|{!r:^8}".format(12345.678, "x"), sorted({3, 1, 2}, reverse=True))
def numbers():
    received = yield 1
    while True: received = yield received * 2
g = numbers(); next(g); print(g.send(21))
raise SystemExit(5)
