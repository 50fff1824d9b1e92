// Pictures for what has none: drawn from the id, so that the same thing has the same picture for ever.

/** Three colours of a picture: ground, middle, light. */
const PALETTES = [
  ["#1b2a4a", "#31508f", "#f4e6c8"],
  ["#3a1420", "#8f2f3c", "#e8875a"],
  ["#e8b76a", "#31508f", "#1b2a4a"],
  ["#c79be3", "#574188", "#f7e9fb"],
  ["#12242f", "#2f6f86", "#8fd1d8"],
  ["#c8d07a", "#4f7a3e", "#23361f"],
  ["#f6e7cc", "#e0a458", "#2b2038"],
  ["#24303f", "#4b5f78", "#c9d5e2"],
] as const;

/** A shape of a picture: its kind with what an SVG element needs. */
export type Shape =
  | { kind: "rect"; x: number; y: number; width: number; height: number; fill: string }
  | { kind: "circle"; cx: number; cy: number; r: number; fill: string }
  | { kind: "path"; d: string; fill: string; stroke?: string };

/** Numbers from 0 to 1 that follow from a text: the same text, the same numbers. */
function numbersOf(text: string): () => number {
  let state = 0x811c9dc5;
  for (const letter of text) {
    state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  }
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The picture of a thing, on 320 by 180. */
export function draw(id: string): Shape[] {
  const next = numbersOf(id);
  const palette = PALETTES[Math.floor(next() * PALETTES.length)] ?? PALETTES[0];
  const motif = MOTIFS[Math.floor(next() * MOTIFS.length)] ?? hills;
  const [ground, middle, light] = palette;
  return [
    { kind: "rect", x: 0, y: 0, width: 320, height: 180, fill: ground },
    ...motif({ next, middle, light, ground }),
  ];
}

interface Brush {
  next(): number;
  ground: string;
  middle: string;
  light: string;
}

const round = (value: number) => Math.round(value * 10) / 10;

function sky({ next, middle, light }: Brush): Shape[] {
  const stars: Shape[] = Array.from({ length: 26 }, () => ({
    kind: "circle",
    cx: round(next() * 320),
    cy: round(next() * 130),
    r: round(0.5 + next()),
    fill: light,
  }));
  const crest = round(118 + next() * 26);
  return [
    ...stars,
    {
      kind: "circle",
      cx: round(90 + next() * 150),
      cy: round(50 + next() * 30),
      r: round(18 + next() * 14),
      fill: light,
    },
    {
      kind: "path",
      d: `M0 ${crest}C80 ${crest - 26} 150 ${crest + 22} 320 ${crest - 10}V180H0z`,
      fill: middle,
    },
  ];
}

function hills({ next, middle, light, ground }: Brush): Shape[] {
  const left = round(70 + next() * 60);
  const right = round(200 + next() * 60);
  return [
    { kind: "circle", cx: round(50 + next() * 60), cy: 46, r: 18, fill: light },
    { kind: "path", d: `M0 180V130L${left} 62L${left + 90} 180z`, fill: middle },
    {
      kind: "path",
      d: `M${left} 180L${right} 34L320 150V180z`,
      fill: ground === "#24303f" ? light : "#221c2b",
    },
    {
      kind: "path",
      d: `M${right} 34L${right - 16} 60L${right - 2} 54L${right + 12} 62L${right + 18} 48z`,
      fill: light,
    },
  ];
}

function city({ next, middle, light }: Brush): Shape[] {
  const houses: Shape[] = Array.from({ length: 12 }, (_, index) => {
    const height = round(30 + next() * 100);
    const fill = next() > 0.45 ? middle : "#1c2438";
    return { kind: "rect", x: index * 27 - 2, y: 180 - height, width: 25, height, fill };
  });
  return [{ kind: "circle", cx: round(180 + next() * 60), cy: 62, r: 38, fill: light }, ...houses];
}

function waves({ next, middle, light }: Brush): Shape[] {
  return Array.from({ length: 9 }, (_, index) => {
    const y = 10 + index * 21;
    const lift = round(6 + next() * 16);
    return {
      kind: "path",
      d: `M0 ${y}C60 ${y - lift} 110 ${y + lift} 170 ${y}S270 ${y - lift} 320 ${y + 4}`,
      fill: "none",
      stroke: index % 3 === 1 ? light : middle,
    };
  });
}

function record({ next, middle, light, ground }: Brush): Shape[] {
  const stripes: Shape[] = Array.from({ length: 9 }, (_, index) => ({
    kind: "rect",
    x: round(index * 38 + next() * 12),
    y: 0,
    width: round(8 + next() * 20),
    height: 180,
    fill: index % 2 === 0 ? middle : light,
  }));
  return [
    ...stripes,
    { kind: "circle", cx: 160, cy: 90, r: 46, fill: light },
    { kind: "circle", cx: 160, cy: 90, r: 42, fill: "#1c1a26" },
    { kind: "circle", cx: 160, cy: 90, r: 12, fill: ground },
  ];
}

function moon({ next, middle, light }: Brush): Shape[] {
  const edge = round(90 + next() * 60);
  return [
    { kind: "path", d: `M0 0H${edge + 40}L${edge} 180H0z`, fill: middle },
    { kind: "circle", cx: 165, cy: 90, r: 44, fill: light },
    { kind: "path", d: "M165 46A44 44 0 0 1 165 134z", fill: "#1c1a26" },
    { kind: "rect", x: 0, y: 118, width: 320, height: 1.5, fill: "#1c1a26" },
  ];
}

const MOTIFS = [sky, hills, city, waves, record, moon];
