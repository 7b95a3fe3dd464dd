// The built page before a server that runs: `node dev/proxy.mjs URL [port]`. What is not a file of dist/ is
// asked of the server, so that a page can be tried on it without compiling the program again.
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const [to, port = "8396"] = process.argv.slice(2);
if (!to) throw new Error("name the server, as in http://127.0.0.1:8321");
const server = new URL(to);
const dist = fileURLToPath(new URL("../dist", import.meta.url));
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

createServer((request, reply) => {
  const { pathname } = new URL(request.url, "http://x");
  const file = path.join(dist, pathname === "/" ? "index.html" : path.normalize(pathname));
  if (!pathname.startsWith("/v1/") && existsSync(file) && statSync(file).isFile()) {
    const type = `${types[path.extname(file)] ?? "application/octet-stream"}; charset=utf-8`;
    reply.writeHead(200, { "Content-Type": type, "Content-Encoding": "gzip" });
    return reply.end(gzipSync(readFileSync(file)));
  }
  const headers = { ...request.headers, host: server.host };
  if (headers.origin) headers.origin = server.origin;
  const onward = ask(server, { path: request.url, method: request.method, headers }, (answer) => {
    reply.writeHead(answer.statusCode, answer.headers);
    answer.pipe(reply);
  });
  onward.on("error", () => reply.writeHead(502).end());
  reply.on("close", () => onward.destroy());
  request.pipe(onward);
}).listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
