// The outlines of icons and glyphs, drawn on 16 by 16. Icons are lines, glyphs are areas.

/** Icons: what something is, or does. */
export const icons = {
  bell: "M4 11V7a4 4 0 0 1 8 0v4l1 1.2H3zM6.8 14h2.4",
  check: "M1.5 8.5h3l2-5 3 9 2-4h3",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2.2 1.3",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  disc: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 9.7a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z",
  down: "M3.5 6 8 10.5 12.5 6",
  folder: "M2 4.5h4l1.5 1.5H14v7H2z",
  grip: "M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01",
  home: "M2.5 7 8 2.5 13.5 7v6.5h-4v-4h-3v4h-4z",
  key: "M9.5 9.5a3.5 3.5 0 1 0-3-3L2.5 10.5v3h3v-2h2v-1.5z",
  left: "M10 3.5 5.5 8l4.5 4.5",
  library: "M3 2.5v11M6 2.5v11M9 3l3.5 10",
  link: "M6.5 9.5l3-3M7 4.5l1.5-1.5a3.2 3.2 0 0 1 4.5 4.5L11.5 9M9 11.5 7.5 13A3.2 3.2 0 0 1 3 8.5L4.5 7",
  lock: "M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  more: "M3.5 8h.01M8 8h.01M12.5 8h.01",
  out: "M6.5 3H3v10h10V9.5M9 2.5h4.5V7M13.5 2.5 7.5 8.5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
  plex: "M2.5 3h11v8h-11zM5.5 13.5h5",
  plus: "M8 3v10M3 8h10",
  queue: "M2.5 4h11M2.5 8h11M2.5 12h6",
  refresh: "M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3",
  right: "M6 3.5 10.5 8 6 12.5",
  search: "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.3 10.3l3.2 3.2",
  settings: "M2.5 5h6M11.5 5h2M2.5 11h2M7.5 11h6M10 3.2v3.6M6 9.2v3.6",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7",
  tick: "M3.5 8.5 6.5 11.5 12.5 5",
  timeline: "M5 2v12M5 4.5h8M5 8h5.5M5 11.5h8",
  top: "M3 3h10M8 13V6M4.5 9.5 8 6l3.5 3.5",
  transcode: "M3 5.5h8.5L9 3M13 10.5H4.5L7 13",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.5 9h6l.5-9",
  undo: "M6 3 3 6l3 3M3 6h6a4 4 0 0 1 0 8H6",
  worker: "M3 3h10v4H3zM3 9h10v4H3zM5.5 5h.01M5.5 11h.01",
  x: "M4 4l8 8M12 4l-8 8",
} as const;

/** Glyphs: how something stands. Each outline is distinct at 12 px and without colour. */
export const glyphs = {
  bad: "M5 1h6l4 4v6l-4 4H5l-4-4V5zm.9 3.6L4.6 5.9 6.7 8l-2.1 2.1 1.3 1.3L8 9.3l2.1 2.1 1.3-1.3L9.3 8l2.1-2.1-1.3-1.3L8 6.7z",
  book: "M3.5 1.5h9v13h-9zm2 1.5v10h1V3z",
  gone: "M6.2 1.8a6.5 6.5 0 0 1 5.8 1.1l-1.3 1.5a4.5 4.5 0 0 0-4-.8zM14 5.7a6.5 6.5 0 0 1-2.4 7.7l-1.2-1.6a4.5 4.5 0 0 0 1.7-5.3zM8.2 14.5A6.5 6.5 0 0 1 2.9 4l1.6 1.3a4.5 4.5 0 0 0 3.7 7.2z",
  hold: "M2 2h12v12H2zm4 3v6h1.3V5zm2.7 0v6H10V5z",
  minus: "M1.5 6.7h13v2.6h-13z",
  next: "M7 1.6h2v2H7zm4.6 1 1.6 1.4-1.3 1.6-1.6-1.4zM13 7h2v2h-2zm-1.1 3.7 1.3 1.5-1.5 1.4-1.4-1.6zM7 12.6h2v2H7zm-3-1.9 1.5 1.4-1.4 1.5-1.5-1.4zM1 7h2v2H1zm1.7-3 1.5-1.5 1.4 1.5-1.5 1.5z",
  ok: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zm3.9 5.2-4.5 5a.9.9 0 0 1-1.3 0L4.2 9.3l1.2-1.2 1.3 1.3 3.9-4.3z",
  plus: "M6.7 1.5h2.6v5.2h5.2v2.6H9.3v5.2H6.7V9.3H1.5V6.7h5.2z",
  run: "M4 2.3v11.4c0 .7.7 1.1 1.3.7l8.6-5.7a.8.8 0 0 0 0-1.4L5.3 1.6C4.7 1.2 4 1.6 4 2.3z",
  safe: "M8 .8 14 3v4.6c0 3.6-2.4 6.2-6 7.6-3.6-1.4-6-4-6-7.6V3zm3 4.7-3.7 4.1-1.8-1.8-1.1 1.1 3 3L12.2 6.6z",
  same: "M1.5 4.2h13v2.4h-13zm0 5.2h13v2.4h-13z",
  skip: "M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1zM3.8 7.1h8.4v1.8H3.8z",
  user: "M8 1.5a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4zM2 14.5c0-3.4 2.7-5.4 6-5.4s6 2 6 5.4z",
  wait: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm0 1.8a4.7 4.7 0 1 1 0 9.4 4.7 4.7 0 0 1 0-9.4z",
  warn: "M8 1.2 15.3 14H.7zm-.9 4.6v4h1.8v-4zm0 5.2v1.7h1.8V11z",
  wave: "M1 9.6c1-3.4 3.9-4.6 6.6-2.6 1.7 1.3 3.2 1.2 4-1.1L14.9 7c-1.2 3.6-4.2 4.6-6.9 2.5-1.7-1.3-2.9-1-3.7 1.2z",
} as const;

export type IconName = keyof typeof icons;
export type GlyphName = keyof typeof glyphs;
