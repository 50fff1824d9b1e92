import { expect, test } from "vitest";

import { became, change, placeWords, proofWords } from "./words";

test("how much less it is, is said in whole parts of a hundred", () => {
  expect(change({ sourceBytes: 1_000, resultBytes: 380 })).toBe("62 % less");
  expect(change({ sourceBytes: 1_000, resultBytes: 1_030 })).toBe("3 % more");
  expect(change({ sourceBytes: 1_000, resultBytes: 1_000 })).toBe("as large");
  expect(change({ sourceBytes: null, resultBytes: null })).toBeUndefined();
});

test("what was not made counts for nothing", () => {
  const failed = { state: "FAILED", sourceBytes: 9, resultBytes: null } as const;
  expect(became([failed])).toBeUndefined();
  const made = { state: "MADE", sourceBytes: 2 << 20, resultBytes: 1 << 20 } as const;
  expect(became([made, made, failed])).toBe("4.19 MB became 2.10 MB");
});

test("where it is, is said for what it was made of", () => {
  const of = (state: string, leftCount = 0) =>
    placeWords({ isReplacing: true, state: "MADE", plan: { state, leftCount } });
  expect(placeWords({ isReplacing: false, state: "MADE", plan: null })).toBeUndefined();
  expect(placeWords({ isReplacing: true, state: "WANTED", plan: null })).toBe(
    "To take the place of the original",
  );
  expect(placeWords({ isReplacing: true, state: "MADE", plan: null })).toMatch(/not what it was/);
  expect(of("APPLYING")).toBe("To take the place of the original");
  expect(of("APPLIED")).toMatch(/in the trash/);
  expect(of("APPLIED", 1)).toMatch(/not touched/);
  expect(of("STOPPED")).toMatch(/not touched/);
  expect(of("UNDONE")).toMatch(/back in its place/);
});

test("what was compared, is said in a line, and how alike pictures look by the scale of its measure", () => {
  const proof = {
    isDecoded: true,
    durationDeltaMs: -12,
    streamCount: 2,
    alikeCount: 1,
    quality: null,
  };
  expect(proofWords({ proof: null, recipe: null })).toBe("");
  expect(proofWords({ proof, recipe: null })).toBe(
    "Every frame decoded, 2 streams, 1 compared by look and sound, within 12 ms",
  );
  const looks = (measure: "VMAF" | "SSIM", mean: number) =>
    proofWords({ proof: { ...proof, alikeCount: 0, quality: { measure, mean, worst: mean } }, recipe: null });
  expect(looks("VMAF", 95.2)).toBe("Every frame decoded, 2 streams, VMAF 95.20, within 12 ms");
  expect(looks("SSIM", 0.98532)).toBe("Every frame decoded, 2 streams, SSIM 0.9853, within 12 ms");
});
