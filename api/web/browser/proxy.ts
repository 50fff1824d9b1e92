// A reverse proxy that serves a server under a base path, as nginx and Caddy do: the path is taken off, the host stays.

import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";

/** A proxy in front of a server. */
export interface Proxy {
  /** The address under which the server is found there, with a slash at the end. */
  url: string;
  stop(): Promise<void>;
}

/** Serves `target` under `base` (`/media/diary/`). */
export async function startProxy(target: string, base: string): Promise<Proxy> {
  const { hostname, port } = new URL(target);
  const inner = (asked: IncomingMessage) => {
    const path = asked.url ?? "/";
    return path.startsWith(base) ? `/${path.slice(base.length)}` : null;
  };
  const server = createServer((asked, answer) => {
    const path = inner(asked);
    if (path === null) {
      answer.writeHead(404).end("not below the base path\n");
      return;
    }
    const passed = request({ hostname, port, path, method: asked.method, headers: asked.headers }, (told) => {
      answer.writeHead(told.statusCode ?? 502, told.headers);
      told.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    asked.pipe(passed);
  });
  server.on("upgrade", (asked, client) => {
    const path = inner(asked);
    if (path === null) {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port), hostname, () => {
      const headers = asked.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1]}\r\n`] : [],
      );
      upstream.write(`${asked.method} ${path} HTTP/1.1\r\n${headers.join("")}\r\n`);
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}${base}`, stop: () => stopped(server) };
}

function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
