import { expect, test } from "vitest";

import { alone, ofMachine, ofWork, plotted, type Series, said, valued } from "./measures";

const MINUTE = 60_000;
const BEGIN = Date.UTC(2026, 10, 28, 12);

function point(minute: number, mean: number, count = 1) {
  const at = new Date(BEGIN + minute * MINUTE).toISOString();
  return { at, count, min: mean - 1, max: mean + 1, mean, sum: mean * count };
}

function series(name: string, unit = "1"): Series {
  const [metric = "", subject = null] = name.split("/");
  return { name, metric, subject, unit, lastAt: new Date(BEGIN).toISOString(), last: 1 };
}

test("a piece without a sample is a gap, at the ends and in between", () => {
  const told = { stepMs: MINUTE, points: [point(1, 5), point(2, 7), point(5, 4)] };
  const { at, points } = plotted([told], BEGIN, BEGIN + 7 * MINUTE);
  expect(at.map((place) => (place - BEGIN) / MINUTE)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(points[0]?.map((one) => one?.mean ?? null)).toEqual([null, 5, 7, null, null, 4, null]);
});

test("lines of longer pieces share the axis, and what is between their pieces is no gap", () => {
  const fine = { stepMs: MINUTE, points: [point(0, 1), point(1, 1), point(2, 1), point(3, 1)] };
  const coarse = { stepMs: 2 * MINUTE, points: [point(0, 9)] };
  const { at, points } = plotted([fine, coarse], BEGIN, BEGIN + 4 * MINUTE);
  expect(at).toHaveLength(4);
  expect(points[1]?.map((one) => (one == null ? one : one.mean))).toEqual([9, undefined, null, undefined]);
});

test("the time begins with the piece that it is in", () => {
  const since = BEGIN + 1.5 * MINUTE;
  const { at, points } = plotted([{ stepMs: MINUTE, points: [point(1, 3)] }], since, since + MINUTE);
  expect(at).toEqual([BEGIN + MINUTE, BEGIN + 2 * MINUTE]);
  expect(points[0]?.[0]?.mean).toBe(3);
});

test("a number that no line leads to is drawn as a dot", () => {
  expect(alone([1, null, 2, 3, null, 4])).toEqual([0, 5]);
  expect(alone([1, undefined, 2, null, undefined, 4])).toEqual([5]);
  expect(alone([null, undefined])).toEqual([]);
});

test("what a line says counts what was not measured", () => {
  const line = { series: series("host.memory_used", "By"), word: "In use", isLimit: false };
  const gap = [null, undefined];
  expect(said(line, [point(0, 1_001, 3), point(1, 2_001, 1), ...gap])).toBe(
    "In use: from 1.00 kB to 2.00 kB, 1.25 kB on average. In 1 of 3 pieces nothing was measured.",
  );
  expect(said(line, gap)).toBe("In use: nothing was measured.");
});

test("numbers are read in their unit", () => {
  expect(valued(series("host.cpu"), 0.384)).toBe("38 %");
  expect(valued(series("host.load"), 1.256)).toBe("1.26");
  expect(valued(series("host.sent", "By/s"), 11_400_000)).toBe("11.4 MB/s");
  expect(valued(series("job.duration/download", "s"), 0.1234)).toBe("0.12 s");
  expect(valued(series("check.duration/check-1", "s"), 0.0412)).toBe("41.2 ms");
  expect(valued(series("check.value/check-1/loss", "%"), 12.34)).toBe("12.3 %");
  expect(valued(series("job.duration/download", "s"), 252)).toBe("4 min");
});

test("there is a graph for what was measured, and none for its limit alone", () => {
  const known = [
    "host.cpu",
    "host.memory_size",
    "root.free/library",
    "root.size/library",
    "job.duration/download",
  ];
  const all = known.map((name) => series(name));
  const machine = ofMachine(all, (root) => `the ${root}`);
  expect(machine.map(({ name }) => name)).toEqual(["Processors", "Room: the library"]);
  expect(machine[1]?.lines.map(({ isLimit }) => isLimit)).toEqual([false, true]);
  const work = ofWork(all);
  expect(work.map(({ name }) => name)).toEqual(["Download"]);
  expect(work[0]?.measures.map(({ name }) => name)).toEqual(["How long it took"]);
});
