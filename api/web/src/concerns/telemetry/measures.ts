// What was measured, as graphs: which lines one has, where a line has a gap, and what it says in words.

import { marginTime, moment, number, percent, rate, size, span, time } from "../../parts/format";
import { laneName } from "../job/words";

/** What is measured over time, as the server lists it. */
export interface Series {
  name: string;
  metric: string;
  subject: string | null;
  unit: string;
  lastAt: string;
  last: number;
}

/** What the samples of a piece of time came to. */
export interface Point {
  at: string;
  count: number;
  min: number;
  max: number;
  mean: number;
  sum: number;
}

/** A series from one moment to another; a piece without a sample has no point. */
export interface Told {
  stepMs: number;
  points: readonly Point[];
}

/** A line of a graph. */
export interface Line {
  series: Series;
  /** What it is beside the others of its graph. */
  word: string;
  /** It is what the others can reach at most. */
  isLimit: boolean;
}

/** A graph. */
export interface Measure {
  key: string;
  name: string;
  lines: readonly Line[];
}

/** Graphs that belong together, under one heading. */
export interface Group {
  key: string;
  name: string;
  measures: readonly Measure[];
}

type Kind = [key: string, name: string, lines: readonly [metric: string, word: string, isLimit?: boolean][]];

const OF_MACHINE: readonly Kind[] = [
  ["processors", "Processors", [["host.cpu", "In use"]]],
  [
    "memory",
    "Memory",
    [
      ["host.memory_used", "In use"],
      ["server.memory", "Mediary itself"],
      ["host.memory_size", "All there is", true],
    ],
  ],
  [
    "network",
    "Network",
    [
      ["host.received", "In"],
      ["host.sent", "Out"],
    ],
  ],
  ["load", "Load", [["host.load", "Run or wait"]]],
];
const OF_ROOT: readonly Kind[] = [
  [
    "room",
    "Room",
    [
      ["root.free", "Free"],
      ["root.size", "All there is", true],
    ],
  ],
];
const OF_WORK: readonly Kind[] = [
  ["rate", "Kept in a second", [["attempt.rate", "A try"]]],
  [
    "duration",
    "How long it took",
    [
      ["attempt.duration", "A try"],
      ["job.duration", "From asking to done"],
    ],
  ],
  ["cpu", "Processor time", [["attempt.cpu", "A try"]]],
  ["peak", "Most memory", [["attempt.memory_peak", "A program of a try"]]],
];

/** The graphs of the machine: its own, then one for each folder; `nameOf` says what a folder is called. */
export function ofMachine(series: readonly Series[], nameOf: (root: string) => string): Measure[] {
  const roots = subjectsOf(series, OF_ROOT).map((root) => ({ root, name: nameOf(root) }));
  return [
    ...measuresOf(series, OF_MACHINE, null),
    ...roots.flatMap(({ root, name }) =>
      measuresOf(series, OF_ROOT, root).map((one) => ({ ...one, name: `${one.name}: ${name}` })),
    ),
  ];
}

/** The graphs of work, by its kinds. */
export function ofWork(series: readonly Series[]): Group[] {
  return subjectsOf(series, OF_WORK).map((kind) => ({
    key: kind,
    name: laneName(kind.toUpperCase()),
    measures: measuresOf(series, OF_WORK, kind),
  }));
}

function subjectsOf(series: readonly Series[], kinds: readonly Kind[]): string[] {
  const metrics = new Set(kinds.flatMap(([, , lines]) => lines.map(([metric]) => metric)));
  const subjects = series.filter(({ metric }) => metrics.has(metric)).flatMap(({ subject }) => subject ?? []);
  return [...new Set(subjects)];
}

function measuresOf(series: readonly Series[], kinds: readonly Kind[], subject: string | null): Measure[] {
  return kinds.flatMap(([key, name, wanted]) => {
    const lines = wanted.flatMap(([metric, word, isLimit = false]) => {
      const found = series.find((one) => one.metric === metric && one.subject === subject);
      return found === undefined ? [] : [{ series: found, word, isLimit }];
    });
    const measure = { key: subject === null ? key : `${key}/${subject}`, name, lines };
    return lines.some(({ isLimit }) => !isLimit) ? [measure] : [];
  });
}

/** How far back one looks. */
export type Range = "1h" | "1d" | "30d";

/** How long each is, and how long a piece of it: as fine as is kept so long, and no finer than the machine is looked at. */
export const RANGES: Record<Range, { word: string; said: string; ms: number; stepMs: number }> = {
  "1h": { word: "1 hour", said: "the last hour", ms: 3_600_000, stepMs: 60_000 },
  "1d": { word: "1 day", said: "the last day", ms: 86_400_000, stepMs: 300_000 },
  "30d": { word: "30 days", said: "the last 30 days", ms: 30 * 86_400_000, stepMs: 7_200_000 },
};

/** What is drawn of one line: a number, a gap (`null`), or nothing of this line there (`undefined`). */
export type Drawn = number | null | undefined;

/** Lines over one axis of time. */
export interface Plotted {
  /** Where each piece begins, in milliseconds since 1970. */
  at: number[];
  /** For each line its points in these places: a piece without a sample is a gap, and nothing is put in its place. */
  points: (Point | null | undefined)[][];
}

/** Puts lines over one axis. Pieces of all of them are in it, whether something was measured then or not. */
export function plotted(told: readonly Told[], since: number, until: number): Plotted {
  const places = told.map(({ stepMs, points }) => {
    const known = new Map<number, Point | null>();
    for (let at = Math.floor(since / stepMs) * stepMs; at < until; at += stepMs) {
      known.set(at, null);
    }
    for (const point of points) {
      known.set(new Date(point.at).getTime(), point);
    }
    return known;
  });
  const at = [...new Set(places.flatMap((known) => [...known.keys()]))].sort((one, other) => one - other);
  return { at, points: places.map((known) => at.map((place) => known.get(place))) };
}

/** The places of numbers that no line leads to or from: they are drawn as dots, or nobody would see them. */
export function alone(values: readonly Drawn[]): number[] {
  const known = values.flatMap((value, place) => (value === undefined ? [] : [{ value, place }]));
  return known.flatMap(({ value, place }, index) => {
    const isLed = [known[index - 1], known[index + 1]].some((other) => other?.value != null);
    return value === null || isLed ? [] : [place];
  });
}

/** A number in the unit of its series, as people read it. */
export function valued({ metric, unit }: Pick<Series, "metric" | "unit">, value: number): string {
  switch (unit) {
    case "By":
      return size(value);
    case "By/s":
      return rate(value);
    case "%":
      return `${number(Math.round(value * 10) / 10)} %`;
    case "s":
      // What takes less than a tenth of a second is told apart by its milliseconds.
      if (value !== 0 && Math.abs(value) < 0.1) {
        return `${number(Math.round(value * 10_000) / 10)} ms`;
      }
      return value < 10 ? `${number(Math.round(value * 100) / 100)} s` : span(value * 1000);
    default:
      return metric === "host.cpu" ? percent(value * 100) : number(Math.round(value * 100) / 100);
  }
}

/** What a line says in a sentence, for whoever doesn't see it. */
export function said({ series, word }: Line, points: readonly (Point | null | undefined)[]): string {
  const there = points.filter((point) => point != null);
  if (there.length === 0) {
    return `${word}: nothing was measured.`;
  }
  const samples = there.reduce((sum, { count }) => sum + count, 0);
  const mean = there.reduce((sum, point) => sum + point.sum, 0) / samples;
  const least = Math.min(...there.map(({ min }) => min));
  const greatest = Math.max(...there.map(({ max }) => max));
  const [low, high, usual] = [least, greatest, mean].map((value) => valued(series, value));
  const pieces = points.filter((point) => point !== undefined).length;
  const missing = pieces - there.length;
  const gaps =
    missing === 0 ? "" : ` In ${number(missing)} of ${number(pieces)} pieces nothing was measured.`;
  return `${word}: from ${low} to ${high}, ${usual} on average.${gaps}`;
}

/** What stands below a place of the axis. */
export function tick(at: number, range: Range): string {
  const date = new Date(at);
  const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
  return range === "30d" || isMidnight ? marginTime(date, Number.POSITIVE_INFINITY) : time(date);
}

/** A piece of time in words. */
export function piece(at: number, stepMs: number): string {
  return `${moment(at)} to ${time(at + stepMs)}`;
}
