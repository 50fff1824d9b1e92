// Makes the page one that can be installed: a manifest beside its files, with icons, the colours of the tokens, and where an
// address goes that somebody shares.
//
// There is no service worker: browsers install without, and one that keeps files would show an old page beside a new server.

import { readFileSync } from "node:fs";
import type { HtmlTagDescriptor, Plugin } from "vite";

/** A picture of the page on a screen of a device, in `src/icons/`. */
interface Icon {
  file: string;
  /** Of so many pixels on each side. */
  side: number;
  /** What stands in its middle is seen whatever shape is cut out of it. */
  isMaskable?: boolean;
}

export const ICONS: readonly Icon[] = [
  { file: "icon-192.png", side: 192 },
  { file: "icon-512.png", side: 512 },
  { file: "icon-maskable-512.png", side: 512, isMaskable: true },
];

/** What a role of `tokens.css` is in the light and in the dark. */
export function coloursOf(tokens: string, role: string): { light: string; dark: string } {
  const found = new RegExp(`--${role}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(tokens);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new Error(`tokens.css has no colours for --${role}`);
  }
  return { light: found[1], dark: found[2] };
}

/** The manifest. It lies in `assets/`, so that the page is one level above it, whatever its base path is. */
export function manifest(ground: string, fileOf: (icon: Icon) => string): Record<string, unknown> {
  const png = ICONS.map((icon) => ({
    src: fileOf(icon),
    sizes: `${icon.side}x${icon.side}`,
    type: "image/png",
    purpose: icon.isMaskable === true ? "maskable" : "any",
  }));
  return {
    name: "Mediary",
    short_name: "Mediary",
    description: "Keeps a diary of your media: lists, downloads, and what became of them.",
    lang: "en",
    start_url: "../",
    scope: "../",
    display: "standalone",
    theme_color: ground,
    background_color: ground,
    icons: png,
    // Many apps share an address as a text; Home finds it in either.
    share_target: {
      action: "../",
      method: "GET",
      enctype: "application/x-www-form-urlencoded",
      params: { title: "title", text: "text", url: "url" },
    },
    shortcuts: [
      { name: "Library", url: "../library" },
      { name: "Queue", url: "../queue" },
    ],
  };
}

/** Adds the manifest to the build, and names it in the page. */
export function installable(): Plugin {
  const source = (path: string) => readFileSync(new URL(`../src/${path}`, import.meta.url));
  const { light, dark } = coloursOf(source("tokens.css").toString(), "ground");
  let tags: HtmlTagDescriptor[] = [];
  return {
    name: "mediary-installable",
    apply: "build",
    // Before the page itself is written, so that what it names has a name.
    enforce: "pre",
    generateBundle() {
      const emitted = (name: string, bytes: string | Uint8Array) =>
        this.getFileName(this.emitFile({ type: "asset", name, source: bytes }));
      const icons = new Map(ICONS.map(({ file }) => [file, emitted(file, source(`icons/${file}`))]));
      const beside = (file: string) => icons.get(file)?.split("/").pop() ?? "";
      const text = JSON.stringify(manifest(light, ({ file }) => beside(file)));
      tags = [
        link("manifest", emitted("mediary.webmanifest", text), { crossorigin: "use-credentials" }),
        link("apple-touch-icon", icons.get("icon-maskable-512.png") ?? ""),
        colour("light", light),
        colour("dark", dark),
      ];
    },
    transformIndexHtml: {
      order: "post",
      handler: (_html, { path }) => (path.endsWith("index.html") ? tags : []),
    },
  };
}

function link(rel: string, file: string, more: Record<string, string> = {}): HtmlTagDescriptor {
  return { tag: "link", attrs: { rel, href: `./${file}`, ...more }, injectTo: "head" };
}

/** The colour of what a browser draws around the page. */
function colour(scheme: "light" | "dark", content: string): HtmlTagDescriptor {
  const media = `(prefers-color-scheme: ${scheme})`;
  return {
    tag: "meta",
    attrs: { name: "theme-color", content, media, "data-scheme": scheme },
    injectTo: "head",
  };
}
