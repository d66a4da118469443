package main

import (
	"fmt"
	"os"
)

type cart struct {
	owner string
	items []int
}

//go:noinline
func (c *cart) total(rate int) int {
	sum := 0
	for _, item := range c.items {
		price := item * rate
		sum += price
	}
	return sum
}

func main() {
	c := cart{os.Args[0], []int{1, 2, len(os.Args)}}
	fmt.Println(c.owner, c.total(3))
}
