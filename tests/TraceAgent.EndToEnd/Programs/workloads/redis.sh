cd "$WORK"
rm -f socket
$RUN --port 0 --unixsocket "$WORK/socket" --save "" --appendonly no --enable-debug-command yes --daemonize no --logfile "$WORK/redis.log" &
server=$!
ask() { redis-cli -s "$WORK/socket" "$@"; }
for ((i = 0; i < 200; i++)); do ask ping >/dev/null 2>&1 && break; sleep 0.05; done
redis-benchmark -s "$WORK/socket" -q -n 3000 -c 20 -P 4 -t set,get,incr,lpush,rpush,sadd,hset,zadd,lrange_100,mset >/dev/null; echo "benchmark $?"
for ((i = 0; i < 300; i++)); do echo "set key:$i $((i * i))"; echo "zadd scores $((i * 37 % 101)) m$i"; echo "hset hash f$i v$i"; echo "sadd set $((i % 17))"; done | ask >/dev/null
ask get key:12; ask zrange scores 10 15 withscores; ask scard set; ask hget hash f7
ask eval 'local s = 0 for i = 1, 1000 do s = s + redis.call("incrby", "counter", i) end return s' 0
ask setrange text 5 hello; ask getrange text 4 20; ask append text more; ask bitcount text
ask sort set limit 0 5 desc; ask pfadd hll a b c d; ask pfcount hll
ask xadd stream 1-1 field value; ask xrange stream - +
ask geoadd places 13.361389 38.115556 Palermo 15.087269 37.502669 Catania; ask geodist places Palermo Catania
ask lpop missing; ask incr text; ask object encoding scores
printf 'multi\nincr counter\nget counter\nexec\n' | ask
ask dbsize
ask debug digest
ask dump key:3 | sha256sum
ask shutdown nosave
wait "$server"; echo "server $?"
