// Serves the page: node serve.mjs [FOLDER [EVENTS]], where EVENTS is a file with one event in each line.

import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const [, , folder = import.meta.dirname, events = join(folder, "events.jsonl")] = process.argv;
const types = { ".html": "text/html", ".js": "text/javascript", ".jsonl": "application/jsonl" };

const server = createServer((request, response) => {
  const asked = normalize(new URL(request.url, "http://page").pathname);
  const path = asked === "/events.jsonl" ? events : join(folder, asked === "/" ? "index.html" : asked);
  const type = types[extname(path)];
  if (type === undefined || !existsSync(path)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "content-type": type });
  createReadStream(path).pipe(response);
});

server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
