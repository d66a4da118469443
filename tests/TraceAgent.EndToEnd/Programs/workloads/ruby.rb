fiber = Fiber.new { |n| 3.times { n += Fiber.yield(n * 2) }; "ended with #{n}" }
got = fiber.resume(1)
while fiber.alive? do print got, " "; got = fiber.resume(10) end
puts got
numbers = Enumerator.new { |y| a, b = 0, 1; loop { y << a; a, b = b, a + b } }
puts numbers.take(10).join(","), numbers.next, numbers.next, numbers.next
begin; raise ArgumentError, "own"; rescue => e; puts "#{e.class} #{e.message}"; ensure puts "ensured"; end
puts catch(:out) { 5.times { |i| throw :out, i if i == 3 }; :never }
def deep(n) = n == 0 ? 0 : 1 + deep(n - 1)
puts deep(100)
results = 3.times.map { |k| Thread.new { (1..50).sum { |i| i * (k + 1) } } }.map(&:value)
p results, "the cat and the dog".scan(/\w+/).tally.sort
r, w = IO.pipe; pid = fork { w.puts "from a child"; exit!(6) }; Process.wait(pid); puts r.gets, $?.exitstatus
trap("USR1") { puts "signal" }; Process.kill("USR1", Process.pid); sleep 0.05
printf("%.3f %s\n", Math.sqrt(2), [3, 1, 2].sort.inspect)
GC.start
exit 5
