<?php
$fiber = new Fiber(function (int $n): string {
    for ($i = 0; $i < 3; $i++) { $n += Fiber::suspend($n * 2); }
    return "ended with $n";
});
$got = $fiber->start(1);
while (!$fiber->isTerminated()) { echo $got, " "; $got = $fiber->resume(10); }
echo $fiber->getReturn(), "\n";
$thrower = new Fiber(function () { try { Fiber::suspend(1); } catch (RuntimeException $e) { echo "caught ", $e->getMessage(), "\n"; throw new LogicException("out"); } });
$thrower->start();
try { $thrower->throw(new RuntimeException("in")); } catch (LogicException $e) { echo get_class($e), "\n"; }
function numbers() { $x = yield 1; while (true) { $x = yield $x * 2; } }
$g = numbers(); $g->current(); echo $g->send(21), "\n";
function deep($n) { return $n == 0 ? 0 : 1 + deep($n - 1); }
echo deep(100), " ", json_encode(["a" => [1, 2.5, null], "b" => "é"]), " ", md5("shop"), "\n";
$words = array_count_values(explode(" ", "the cat and the dog")); ksort($words); print_r($words);
echo preg_replace_callback('/\d+/', fn($m) => $m[0] + 1, "order 41 of 9"), " ", implode(",", array_map(fn($x) => $x ** 2, range(1, 5))), "\n";
echo sprintf("%08.3f", M_PI), " ", serialize([true, null]), "\n";
exit(4);
