// Calls whose arguments and results it prints itself: a line a call, "function arguments = result", when the call returns.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"
)

type Server struct{ hits int }

var output sync.Mutex

func say(format string, values ...interface{}) {
	output.Lock()
	defer output.Unlock()
	fmt.Printf(format+"\n", values...)
}

// No check of the stack's size: there is nothing to check for.
//
//go:noinline
func Leaf(a, b int) int { return a*b + 1 }

//go:noinline
func Join(left, right string, times int) string {
	return strings.Repeat(left+right, times)
}

//go:noinline
func (s *Server) handle(path string, body []byte) int {
	s.hits += len(path)
	return s.hits + len(body)
}

// Several returns.
//
//go:noinline
func Choose(n int) string {
	switch n % 4 {
	case 0:
		return "zero"
	case 1:
		return strings.Repeat("one", n)
	case 2:
		return ""
	}
	return "many"
}

// The stack grows, and so moves, within the calls that are under way.
//
//go:noinline
func Grow(id, depth int) int {
	var room [512]byte
	room[depth%512] = byte(depth)
	if depth == 0 {
		return id
	}
	return Grow(id, depth-1) + 1 + int(room[(depth+1)%512])
}

// A frame so large that its check is of another form.
//
//go:noinline
func Large(n int) int {
	var room [200000]byte
	for i := range room {
		room[i] = byte(n)
	}
	return int(room[n%len(room)]) + n
}

// The goroutine goes on in another thread.
//
//go:noinline
func Wander(id, n int) int {
	runtime.Gosched()
	time.Sleep(time.Microsecond * time.Duration(n%7))
	runtime.Gosched()
	return id*1000 + n
}

//go:noinline
func Fail(n int) int {
	if n%2 == 1 {
		panic(n)
	}
	return n + 1
}

// Its result is set while the panic of another is stopped in it.
//
//go:noinline
func Recover(n int) (result int) {
	defer func() {
		if problem := recover(); problem != nil {
			result = -problem.(int)
		}
	}()
	return Fail(n)
}

//go:noinline
func Check(n int) error {
	if n > 2 {
		return fmt.Errorf("%d is more than two", n)
	}
	return nil
}

// Arguments of three words each, and results of five.
//
//go:noinline
func Total(values []int, body []byte) (sum int, text string, failure error) {
	for _, value := range values {
		sum += value
	}
	text = strings.Repeat("t", len(values))
	if len(body) > 0 {
		failure = fmt.Errorf("%d bytes too many: %w", len(body), Check(len(body)))
	}
	return
}

func list(values []int) string {
	if values == nil {
		return "<null>"
	}
	return strings.ReplaceAll(fmt.Sprint(values), " ", ", ")
}

func message(failure error) string {
	if failure == nil {
		return "<null>"
	}
	return failure.Error()
}

func main() {
	for i := 0; i < 20; i++ {
		say("Leaf %d %d = %d", i, -i, Leaf(i, -i))
		left, right := strings.Repeat("a", i), fmt.Sprint("ü", i)
		say("Join %s %s %d = %s", left, right, i%3, Join(left, right, i%3))
		say("Choose %d = %s", i, Choose(i))
		say("Large %d = %d", i, Large(i))
	}
	server := &Server{}
	for i := 0; i < 5; i++ {
		path, body := fmt.Sprint("/item/", i), make([]byte, i, 16)
		for j := range body {
			body[j] = byte(i)
		}
		say("handle %s %x = %d", path, body, server.handle(path, body))
	}
	for i := 0; i < 6; i++ {
		say("Recover %d = %d", i, Recover(i))
		say("Check %d = %s", i, message(Check(i)))
	}
	for i := 0; i < 6; i++ {
		var values []int
		for j := 0; j < i; j++ {
			values = append(values, j-2)
		}
		body := []byte(strings.Repeat("b", i%3))
		sum, text, failure := Total(values, body)
		say("Total %s %x = %d %s %s", list(values), body, sum, text, message(failure))
	}
	var all sync.WaitGroup
	for id := 1; id <= 16; id++ {
		all.Add(1)
		go func(id int) {
			defer all.Done()
			for n := 0; n < 40; n++ {
				say("Wander %d %d = %d", id, n, Wander(id, n))
			}
			say("Grow %d %d = %d", id, 100*id, Grow(id, 100*id))
		}(id)
	}
	all.Wait()
	say("threads %t", runtime.GOMAXPROCS(0) > 1)
	if len(os.Args) > 1 {
		time.Sleep(time.Hour)
	}
}
