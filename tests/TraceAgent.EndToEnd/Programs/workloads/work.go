package main

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"sort"
	"strings"
	"sync"
)

type shape interface{ area() float64 }
type square struct{ side float64 }
type circle struct{ radius float64 }

func (s square) area() float64 { return s.side * s.side }
func (c circle) area() float64 { return 3 * c.radius * c.radius }

//go:noinline
func deep(n int, pad [16]int) int {
	if n == 0 {
		return pad[3]
	}
	pad[3] += n
	return deep(n-1, pad) + 1
}

//go:noinline
func risky(n int) (result int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("recovered: %v", r)
		}
	}()
	if n%3 == 0 {
		panic(errors.New("three"))
	}
	var list []int
	if n%3 == 1 {
		return list[n], nil
	}
	return n * 2, nil
}

func worker(jobs <-chan int, results chan<- string, wg *sync.WaitGroup) {
	defer wg.Done()
	for n := range jobs {
		var pad [16]int
		sum := sha256.Sum256([]byte(fmt.Sprintf("%d %d", n, deep(n*20, pad))))
		results <- fmt.Sprintf("%03d %x", n, sum[:6])
	}
}

func main() {
	jobs, results := make(chan int), make(chan string, 200)
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go worker(jobs, results, &wg)
	}
	for n := 0; n < 100; n++ {
		jobs <- n
		if n%25 == 0 {
			runtime.GC()
		}
	}
	close(jobs)
	wg.Wait()
	close(results)
	var lines []string
	for line := range results {
		lines = append(lines, line)
	}
	sort.Strings(lines)
	fmt.Println(strings.Join(lines, "\n"))
	for n := 0; n < 6; n++ {
		fmt.Println(risky(n))
	}
	counts := map[string]int{}
	for _, word := range regexp.MustCompile(`[a-z]+`).FindAllString(strings.Repeat("the cat and the dog ", 50), -1) {
		counts[word]++
	}
	text, _ := json.Marshal(map[string]any{"counts": counts, "areas": []float64{shape(square{2}).area(), shape(circle{1.5}).area()}})
	fmt.Println(string(text))
	var nothing *square
	defer func() { fmt.Println("nil:", recover() != nil); os.Exit(4) }()
	fmt.Println(nothing.side)
}
