// Goroutines that leave a call by a panic, and live on: together, or one after the other. Then calls that return.
//   panics together|apart COUNT
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

//go:noinline
func Fail(n int) int {
	if n < 0 {
		panic(n)
	}
	return n + 1
}

// Each at another depth of its stack.
//
//go:noinline
func Deeper(n, depth int) int {
	if depth == 0 {
		return Fail(n)
	}
	return Deeper(n, depth-1) + 1
}

func Try(n int) {
	defer func() { recover() }()
	Deeper(-n-1, n%10)
}

func main() {
	count, _ := strconv.Atoi(os.Args[2])
	var tried, all sync.WaitGroup
	end := make(chan bool)
	for n := 0; n < count; n++ {
		tried.Add(1)
		all.Add(1)
		go func(n int) {
			defer all.Done()
			Try(n)
			tried.Done()
			if os.Args[1] == "together" {
				<-end
			}
		}(n)
		if os.Args[1] == "apart" {
			all.Wait()
		}
	}
	tried.Wait()
	close(end)
	all.Wait()
	for n := 0; n < 100; n++ {
		fmt.Println(n, Fail(n))
	}
}
