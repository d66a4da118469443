// Calls generic functions, which are passed a hidden dictionary. For each call it prints what a line about it should say.
package main

import "fmt"

type Number interface{ ~int | ~int64 }

//go:noinline
func Largest[T Number](a, b T) T {
	if a > b {
		return a
	}
	return b
}

//go:noinline
func First[T any](values []T, name string) (T, bool) {
	var zero T
	if len(values) == 0 {
		return zero, false
	}
	return values[0], true
}

type Stack[T any] struct{ items []T }

//go:noinline
func (s *Stack[T]) Push(item T, note string) int {
	s.items = append(s.items, item)
	return len(s.items)
}

type Pair[K comparable, V any] struct{ m map[K]V }

//go:noinline
func (p *Pair[K, V]) Get(key K) V { return p.m[key] }

type Pusher interface{ Push(int, string) int }

//go:noinline
func use(p Pusher, n int) int { return p.Push(n, "by interface") }

func main() {
	s := &Stack[int]{}
	p := &Pair[string, int]{map[string]int{"a": 1}}
	for i := 0; i < 5; i++ {
		fmt.Println("largest", i, 2, Largest(i, 2))
		_, ok := First([]string{"x", "y"}[:i%3], "name")
		fmt.Println("first", "name", ok)
		fmt.Println("push", i, "note", s.Push(i, "note"))
		fmt.Println("push", i, "by interface", use(s, i))
		fmt.Println("get", "a", p.Get("a"))
	}
}
