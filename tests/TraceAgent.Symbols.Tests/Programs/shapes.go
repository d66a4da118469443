package main

type Server struct{ hits int }

//go:noinline
func (s *Server) handle(n int) int {
	s.hits += n
	return s.hits
}

type Number interface{ ~int | ~float64 }

//go:noinline
func largest[T Number](a, b T) T {
	if a > b {
		return a
	}
	return b
}

type point struct{ x, y int }

type stack[T any] struct{ items []T }

//go:noinline
func (s *stack[T]) push(item T) int {
	s.items = append(s.items, item)
	return len(s.items)
}

type pusher interface{ push(point) int }

//go:noinline
func use(p pusher) int { return p.push(point{3, 4}) }

// The name of a part that compilers of C split off ends so: this is a function as others.
//
//go:noinline
func coldStart(n int) int { return n * 3 }

func main() {
	s := &Server{}
	for i := 0; i < 3; i++ {
		println(s.handle(i), largest(i, 1), largest(float64(i), 1.5), coldStart(i))
	}
	points := &stack[point]{}
	println(points.push(point{1, 2}), use(points))
}
