import sys, threading
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
def numbers():
    for i in range(5): yield i * i
class Refused(Exception): pass
def refuse(n):
    if n == 0: raise Refused("at the bottom")
    return refuse(n - 1)
try: refuse(20)
except Refused as error: print(error, sum(numbers()), deep(80))
thread = threading.Thread(target=lambda: print("thread", sorted([3, 1, 2]))); thread.start(); thread.join()
sys.path.insert(0, "/usr/lib/python3/dist-packages")
import greenlet
def one(n): print("one", n); print("one again", second.switch(n + 1)); second.switch(9)
def two(n): print("two", n); print("two again", first.switch(n + 1)); raise Refused("out of a greenlet")
first, second = greenlet.greenlet(one), greenlet.greenlet(two)
try: first.switch(1)
except Refused as error: print(error)
print("done", f"{1.5:.3f}", {"a": 1}.get("a"))
