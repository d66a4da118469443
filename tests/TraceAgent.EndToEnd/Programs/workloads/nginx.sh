cd "$WORK"
mkdir -p site/logs; rm -f site/socket
seq 1 500 > site/page
cat > site/nginx.conf <<TEXT
daemon off; master_process on; worker_processes 1; pid $WORK/site/pid; error_log $WORK/site/error.log; user root;
events { worker_connections 32; }
http {
  access_log off; client_body_temp_path $WORK/site/body; proxy_temp_path $WORK/site/proxy; fastcgi_temp_path $WORK/site/fastcgi;
  uwsgi_temp_path $WORK/site/uwsgi; scgi_temp_path $WORK/site/scgi;
  server { listen unix:$WORK/site/socket; root $WORK/site; gzip on; gzip_min_length 10; gzip_types *; location /moved { return 301 /page; } }
}
TEXT
$RUN -p "$WORK/site" -c "$WORK/site/nginx.conf" &
server=$!
for ((i = 0; i < 200; i++)); do [[ -S site/socket ]] && break; sleep 0.05; done
/usr/bin/python3 - "$WORK/site/socket" <<'PY'
import socket, sys
def ask(lines):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(60); s.connect(sys.argv[1]); s.sendall(("\r\n".join(lines) + "\r\nConnection: close\r\n\r\n").encode())
        data = b""
        while part := s.recv(65536): data += part
    head, _, body = data.partition(b"\r\n\r\n")
    print([l for l in head.decode().split("\r\n") if not l.startswith(("Date", "Last-Modified", "ETag", "Server"))], len(body))
for n in range(3): ask(["GET /page HTTP/1.1", "Host: shop"])
ask(["GET /page HTTP/1.1", "Host: shop", "Accept-Encoding: gzip"])
ask(["GET /missing HTTP/1.1", "Host: shop"]); ask(["GET /moved HTTP/1.1", "Host: shop"]); ask(["HEAD /page HTTP/1.0"])
ask(["GET /page HTTP/1.1", "Host: shop", "Range: bytes=3-9"]); ask(["NONSENSE"])
PY
kill -HUP "$server"; sleep 0.3; kill -QUIT "$server"; wait "$server"; echo "server $?"
