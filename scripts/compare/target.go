// Grow calls itself until its stack has to be moved; its results are added up.
package main

import "fmt"

//go:noinline
func Grow(depth int) int {
	var room [512]byte
	room[depth%512] = byte(depth)
	if depth == 0 {
		return 0
	}
	return Grow(depth-1) + 1 + int(room[(depth+1)%512])
}

func main() {
	done := make(chan int)
	go func() { done <- Grow(200) }()
	fmt.Println("Grow(200) =", <-done)
}
