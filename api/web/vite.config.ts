import type { IncomingMessage } from "node:http";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

import { selfContained } from "./vite/self-contained.ts";

export default defineConfig({
  // Relative addresses work under any base path of a reverse proxy.
  base: "./",
  plugins: [react(), selfContained()],
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // GraphiQL with its editor is one page's only chunk, and loaded by nobody else.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: ["index.html", "graphiql.html"] },
  },
  server: {
    proxy: {
      "/graphql": { target: "http://127.0.0.1:8484", ws: true, bypass: serveGraphiql },
      "/readyz": "http://127.0.0.1:8484",
    },
  },
});

/** While developing, `GET /graphql` of a browser is the page and all else goes to the server. */
function serveGraphiql(request: IncomingMessage): string | undefined {
  const isPage = request.method === "GET" && request.headers.accept?.includes("text/html") === true;
  return isPage ? "/graphiql.html" : undefined;
}
