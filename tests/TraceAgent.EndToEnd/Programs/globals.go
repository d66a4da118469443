// Variables of a package. Prints, for each call, the line that a rule should log.
package main

import "fmt"

type settings struct {
	level int32
	owner string
}

var counter int = 7
var config = settings{3, "ops"}

//go:noinline
func work(n int) {
	fmt.Printf("{\"rule\":\"work\",\"args\":{\"n\":%d,\"main_counter\":%d,\"level\":%d,\"twice\":%d}}\n",
		n, counter, config.level, counter*2)
	counter += n
	config.level++
}

func main() {
	for n := 0; n < 20; n++ {
		work(n)
	}
}
