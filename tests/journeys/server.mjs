// A static server for the built page: right types, nothing cached, nothing outside the folder.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".story": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
};

// Serves `folder` below `prefix` (a sub-folder shows that the page's links are relative) on a free port.
export async function serve(folder, prefix = "/lab/") {
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const below = path.startsWith(prefix) ? normalize(path.slice(prefix.length)) : "..";
    const name = below === "." || below === "" ? "index.html" : below;
    try {
      if (name.startsWith("..")) throw new Error("outside");
      const body = await readFile(join(folder, name));
      const type = TYPES[extname(name)] ?? "application/octet-stream";
      response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" }).end(body);
    } catch {
      response.writeHead(404, { "Content-Type": "text/plain" }).end(`no ${path}\n`);
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, url: `${origin}${prefix}`, close: () => server.close() };
}
