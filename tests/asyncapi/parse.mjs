// What the reference parser has to say of documents: a line for each, its errors and warnings and how many channels it found.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf8"));
  // 0 is an error, 1 a warning; what follows is advice.
  const serious = diagnostics.filter(({ severity }) => severity < 2);
  const said = serious.map(({ code, path, message }) => `${code} at ${path.join("/")}: ${message}`);
  console.log(JSON.stringify({ channels: document?.allChannels().length ?? null, said }));
}
