// Prints the sums that assembly makes of its arguments, which are on the stack.
package main

import "fmt"

func Sum(a, b int64, text string) int64

func main() {
	for n := int64(1); n <= 5; n++ {
		fmt.Println("Sum", n, -2*n, Sum(n, -2*n, fmt.Sprint("text ", n)))
	}
}
