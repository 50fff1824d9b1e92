// Keeps the built pages free of anything that is not served by Mediary itself.
//
// The server sends `default-src 'self'`, under which a browser loads neither another host's files nor
// `data:` addresses. So data addresses in style sheets become files, and a build that would load
// something else fails here instead of in somebody's browser.

import type { OutputBundle } from "rolldown";
import type { Plugin } from "vite";

const EXTENSIONS: Record<string, string> = {
  "image/png": "png",
  "font/woff": "woff",
  "font/woff2": "woff2",
  "image/svg+xml": "svg",
};

/** A data address in a style sheet: its media type and its content. */
const DATA_ADDRESS = /url\(\s*["']?data:([\w/+-]+);base64,([^"')]+)["']?\s*\)/g;

/** What makes a browser load another host's file or a data address. */
const FOREIGN_LOADS: Record<string, RegExp> = {
  css: /url\(\s*["']?(?:[a-z]+:)?\/\/[^)]*\)|url\(\s*["']?data:|@import\b[^;]*\/\//gi,
  html: /\b(?:src|srcset|poster)\s*=\s*["'](?:[a-z]+:)?\/\/[^"']*|<link\b[^>]*\bhref\s*=\s*["'](?:[a-z]+:)?\/\/[^"']*|<(?:script|style)>/gi,
  js: /(?:\bimport\s*\(|\bfrom\s*|\bimport\s*|\bimportScripts\s*\(|\bWorker\s*\()\s*["'`](?:https?:)?\/\/[^"'`]*/g,
};

/** Lists what a built file would load from elsewhere. */
export function foreignLoads(fileName: string, text: string): string[] {
  const pattern = FOREIGN_LOADS[fileName.split(".").pop() ?? ""];
  return pattern === undefined ? [] : [...text.matchAll(pattern)].map((match) => match[0].slice(0, 100));
}

/** Turns the data addresses of a style sheet into files, which `emit` names. */
export function extractData(css: string, emit: (extension: string, content: Buffer) => string): string {
  return css.replace(DATA_ADDRESS, (whole, type: string, content: string) => {
    const extension = EXTENSIONS[type];
    return extension === undefined ? whole : `url(${emit(extension, Buffer.from(content, "base64"))})`;
  });
}

/** Makes the built pages self-contained, or fails the build. */
export function selfContained(): Plugin {
  return {
    name: "mediary-self-contained",
    apply: "build",
    enforce: "post",
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type === "asset" && file.fileName.endsWith(".css")) {
          file.source = extractData(String(file.source), (extension, source) => {
            const reference = this.emitFile({ type: "asset", name: `inlined.${extension}`, source });
            return `./${this.getFileName(reference).split("/").pop()}`;
          });
        }
      }
      failOnForeignLoads(bundle, (message) => this.error(message));
    },
  };
}

function failOnForeignLoads(bundle: OutputBundle, fail: (message: string) => never): void {
  for (const file of Object.values(bundle)) {
    const text = file.type === "chunk" ? file.code : String(file.source);
    const [first] = foreignLoads(file.fileName, text);
    if (first !== undefined) {
      fail(`${file.fileName} would load something that is not served by Mediary: ${first}`);
    }
  }
}
