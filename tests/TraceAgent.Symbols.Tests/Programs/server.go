package main

type Server struct{ hits int }

//go:noinline
func (s *Server) handle(n int) int {
	s.hits += n
	return s.hits
}

func main() {
	s := &Server{}
	for i := 0; i < 3; i++ {
		println(s.handle(i))
	}
}
