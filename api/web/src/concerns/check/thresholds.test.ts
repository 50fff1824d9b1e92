import { expect, test } from "vitest";

import { linesOf, thresholdsOf, thresholdWords } from "./thresholds";

test("what a number has to be is typed as people write it, and is the same when it is changed", () => {
  const typed = "latency <= 0,5\nqueue ≥ 1\nqueue<100\nnodes = 3\n";
  const found = thresholdsOf(typed);
  expect(found).toEqual([
    { value: "latency", min: null, max: 0.5 },
    { value: "queue", min: 1, max: 100 },
    { value: "nodes", min: 3, max: 3 },
  ]);
  expect(thresholdsOf(linesOf(found))).toEqual(found);
  expect(found.map(thresholdWords)).toEqual(["latency at most 0.5", "queue from 1 to 100", "nodes is 3"]);
});

test("what is no bound reaches the server, which says so", () => {
  expect(thresholdsOf("latency is low")).toEqual([{ value: "latency is low", min: null, max: null }]);
});
