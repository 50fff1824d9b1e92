import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { installable } from "./vite/installable.ts";
import { selfContained } from "./vite/self-contained.ts";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
  version: string;
};
/** The server that is developed against. */
const SERVER = process.env.MEDIARY_URL ?? "http://127.0.0.1:8484";

export default defineConfig({
  // Relative addresses work under any base path of a reverse proxy.
  base: "./",
  plugins: [react(), installable(), selfContained()],
  define: { "import.meta.env.VITE_VERSION": JSON.stringify(version) },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // GraphiQL with its editor is one page's only chunk, and loaded by nobody else.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: ["index.html", "graphiql.html", "status.html"] },
  },
  test: { include: ["src/**/*.test.{ts,tsx}", "vite/**/*.test.ts"] },
  server: {
    proxy: {
      "/graphql": { target: SERVER, ws: true, bypass: serveGraphiql },
      "/readyz": SERVER,
      "/v1": SERVER,
    },
  },
});

/** While developing, `GET /graphql` of a browser is the page and all else goes to the server. */
function serveGraphiql(request: IncomingMessage): string | undefined {
  const isPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
  return isPage ? "/graphiql.html" : undefined;
}
