// A receiver of OpenTelemetry logs to look at what an agent sends: one line of JSON for each record, 64-bit numbers as text.
// node receiver.js --http 4318 --grpc 4317 [--out FILE] [--unavailable N]
// --unavailable N: the first N requests of each kind are answered as by a receiver that is overloaded.
'use strict';
const fs = require('fs');
const http = require('http');
const http2 = require('http2');
const zlib = require('zlib');

const options = {};
for (let i = 2; i + 1 < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const out = options.out ? fs.openSync(options.out, 'a') : 1;

// The fields of one message of protobuf: [number, value], where a value is a BigInt, or bytes.
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('a message ends within a number');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length) => {
    if (at + length > bytes.length) throw new Error('a message ends within a field');
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    switch (tag & 7) {
      case 0: yield [tag >> 3, varint()]; break;
      case 1: yield [tag >> 3, take(8)]; break;
      case 2: yield [tag >> 3, take(Number(varint()))]; break;
      case 5: yield [tag >> 3, take(4)]; break;
      default: throw new Error(`wire type ${tag & 7}`);
    }
  }
}

const all = (bytes, number) => [...fields(bytes)].filter(([n]) => n === number).map(([, value]) => value);
const text = (bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

// opentelemetry-proto, common.proto: AnyValue and KeyValue.
function any(bytes) {
  for (const [number, value] of fields(bytes)) {
    switch (number) {
      case 1: return text(value);
      case 2: return value !== 0n;
      case 3: return { int: BigInt.asIntN(64, value).toString() };
      case 4: return { double: Buffer.from(value).readDoubleLE() };
      case 5: return all(value, 1).map(any);
      case 6: return attributes(all(value, 1));
      case 7: return { bytes: Buffer.from(value).toString('hex') };
    }
  }
  return null;
}

function attributes(list) {
  const result = {};
  for (const one of list) {
    const key = text(all(one, 1)[0]);
    if (key in result) throw new Error(`the attribute ${key} is there twice`);
    result[key] = all(one, 2).map(any)[0] ?? null;
  }
  return result;
}

// opentelemetry-proto, logs.proto: ResourceLogs, ScopeLogs, LogRecord.
function receive(request) {
  const lines = [];
  for (const resourceLogs of all(request, 1)) {
    const resource = attributes(all(resourceLogs, 1).flatMap((one) => all(one, 1)));
    for (const scopeLogs of all(resourceLogs, 2)) {
      for (const record of all(scopeLogs, 2)) {
        const of = (number) => all(record, number)[0];
        lines.push(JSON.stringify({
          time: Buffer.from(of(1)).readBigUInt64LE().toString(),
          severity: Number(of(2)), level: text(of(3)), body: any(of(5)),
          attributes: attributes(all(record, 6)), resource,
        }) + '\n');
      }
    }
  }
  fs.writeSync(out, lines.join(''));
}

function collect(stream, then) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  stream.on('end', () => then(Buffer.concat(parts)));
}

let unavailable = { http: Number(options.unavailable ?? 0), grpc: Number(options.unavailable ?? 0) };

if (options.http) {
  http.createServer((request, response) => collect(request, (body) => {
    if (unavailable.http-- > 0) return response.writeHead(503).end();
    if (request.url !== '/v1/logs' || request.headers['content-type'] !== 'application/x-protobuf') return response.writeHead(404).end();
    receive(request.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(body) : body);
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  })).listen(Number(options.http), '127.0.0.1', () => console.error(`listening for HTTP on 127.0.0.1:${options.http}`));
}

if (options.grpc) {
  http2.createServer().on('stream', (stream, headers) => collect(stream, (body) => {
    const answer = (status) => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(status) }));
      stream.end(status === 0 ? Buffer.alloc(5) : undefined);
    };
    if (unavailable.grpc-- > 0) return answer(14);
    if (headers[':path'] !== '/opentelemetry.proto.collector.logs.v1.LogsService/Export') return answer(12);
    receive(body[0] === 1 ? zlib.gunzipSync(body.subarray(5)) : body.subarray(5));
    answer(0);
  })).listen(Number(options.grpc), '127.0.0.1', () => console.error(`listening for gRPC on 127.0.0.1:${options.grpc}`));
}
