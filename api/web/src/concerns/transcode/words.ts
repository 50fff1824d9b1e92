// What is said of transcodes.

import { count, size } from "../../parts/format";
import type { StateName } from "../../parts/State";
import type { TranscodeShown } from "./transcode";

export type TranscodeState = "WANTED" | "MADE" | "FIT" | "LARGER" | "FAILED" | "CANCELLED";

/** How it stands with a transcode. */
export function standing(state: TranscodeState): { is: StateName; word: string } {
  switch (state) {
    case "WANTED":
      return { is: "moving", word: "In the queue" };
    case "MADE":
      return { is: "kept", word: "Made and proved" };
    case "FIT":
      return { is: "skipped", word: "Fits already" };
    case "LARGER":
      return { is: "skipped", word: "Came out larger" };
    case "FAILED":
      return { is: "failed", word: "Failed" };
    case "CANCELLED":
      return { is: "skipped", word: "Ended" };
  }
}

/** The plan by which something gets the place of what it was made of. */
export interface Replacing {
  isReplacing: boolean;
  state: TranscodeState;
  plan: { state: string; leftCount: number } | null;
}

/** Where what was made is, for what it was made of; nothing if it was only to lie beside it. */
export function placeWords({ isReplacing, state, plan }: Replacing): string | undefined {
  if (plan === null) {
    if (!isReplacing) {
      return undefined;
    }
    return state === "MADE"
      ? "Beside the original, which is not what it was when this was made of it"
      : "To take the place of the original";
  }
  switch (plan.state) {
    case "APPLIED":
      return plan.leftCount === 0
        ? "In place of the original, which is in the trash"
        : "Beside the original: it was not touched";
    case "STOPPED":
      return "Beside the original: it was not touched";
    case "UNDONE":
      return "In the trash: the original is back in its place";
    default:
      return "To take the place of the original";
  }
}

/** How many bytes it was made of, and how many it has. */
export interface Sizes {
  sourceBytes: number | null;
  resultBytes: number | null;
}

/** How much less it is: `62 % less`, `3 % more`; nothing as long as nobody knows. */
export function change({ sourceBytes, resultBytes }: Sizes): string | undefined {
  if (sourceBytes === null || resultBytes === null || sourceBytes === 0) {
    return undefined;
  }
  const percent = Math.round((1 - resultBytes / sourceBytes) * 100);
  return percent === 0 ? "as large" : percent > 0 ? `${percent} % less` : `${-percent} % more`;
}

/** What all of them came to: `2.1 TB became 0.9 TB`; nothing if nothing was made. */
export function became(all: readonly (Sizes & { state: TranscodeState })[]): string | undefined {
  const made = all.filter(({ state }) => state === "MADE");
  if (made.length === 0) {
    return undefined;
  }
  const sum = (of: (sizes: Sizes) => number | null) => made.reduce((bytes, one) => bytes + (of(one) ?? 0), 0);
  return `${size(sum((one) => one.sourceBytes))} became ${size(sum((one) => one.resultBytes))}`;
}

/** By what it is measured how alike pictures look, and to how many places that is said. */
const PLACES = { VMAF: 2, SSIM: 4 } as const;

/** What was compared, in a line. */
export function proofWords({ proof, recipe }: Pick<TranscodeShown, "proof" | "recipe">): string {
  if (proof === null) {
    return "";
  }
  const { quality } = proof;
  const read = proof.isDecoded ? "Every frame decoded" : "Every packet read";
  const beside = recipe === null || recipe.beside.length === 0 ? "" : `, ${recipe.beside.length} beside it`;
  const alike = proof.alikeCount === 0 ? "" : `, ${proof.alikeCount} compared by look and sound`;
  const looks =
    quality === null ? "" : `, ${quality.measure} ${quality.mean.toFixed(PLACES[quality.measure])}`;
  return `${read}, ${count(proof.streamCount, "stream")}${alike}${looks}${beside}, within ${Math.abs(proof.durationDeltaMs)} ms`;
}
