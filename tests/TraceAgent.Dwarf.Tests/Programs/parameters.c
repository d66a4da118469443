#include <stdio.h>
#include <stdint.h>
#include <stdbool.h>
#include <unistd.h>
#include <stdlib.h>
#include <string.h>
enum state { NEW, READY = 5, DONE = -2 };
struct user { int64_t id; char *name; char tag[8]; };
struct req {
  struct user *user; unsigned char flags:3; signed int level:5; enum state state; union { int num; float f; };
  double price; short codes[4]; bool vip; struct { int x, y; } at;
};
struct pair { int a; long b; };
struct big { long v[5]; };
__attribute__((noinline)) int pay(
  struct req *req, int total, char letter, bool yes, const char *note, double rate, unsigned short small,
  struct pair p, long seven, long eight, struct big big)
{
  printf("pay %ld %s %d %d %d %s %d %g %u %d %ld %ld %ld %ld %d\n",
    (long)req->user->id, req->user->name, total, letter, yes, note,
    req->num, rate, small, p.a, p.b, seven, eight, big.v[2], req->at.y);
  fflush(stdout);
  return total * 2 + req->level;
}
enum state advance(struct req *r, const struct user *u) { return r->vip ? DONE : READY; }
int main(int c,char**v){
  struct user u = { 42, "alice", "gold" };
  for (int i = 0; i < atoi(v[1]); i++) {
    struct req r = { &u, i & 7, -3, READY, {100 + i}, 9.5, {1,2,3,4}, i & 1, {i, -i} };
    struct pair p = { i, i * 10L }; struct big b = {{1,2,3+i,4,5}};
    pay(&r, i * 7, 'a' + i, i & 1, i % 2 ? "odd" : "even", 0.5, i + 1, p, 70 + i, 80 + i, b);
    advance(&r, &u);
    usleep(20000);
  }
}
