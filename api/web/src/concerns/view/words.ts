// How a version of a view stands, in words.

import { count, number, span } from "../../parts/format";
import type { StateName } from "../../parts/State";

/** What a version is for, as one of the ten states and in a closer word. */
export const VERSIONS: Record<"SERVING" | "BUILDING" | "READY" | "HALTED" | "KEPT", [StateName, string]> = {
  SERVING: ["kept", "Shown from"],
  BUILDING: ["moving", "Being made"],
  READY: ["waiting", "Ready"],
  HALTED: ["failed", "Halted"],
  KEPT: ["held", "The one before"],
};

interface Behind {
  eventsBehind: number;
  eventsPerSecond: number | null;
  secondsLeft: number | null;
}

/** How far a version is: "at the end of the record", or what is missing and how long that takes. */
export function behindWords({ eventsBehind, eventsPerSecond, secondsLeft }: Behind): string {
  if (eventsBehind === 0) {
    return "at the end of the record";
  }
  const rate = eventsPerSecond === null ? "" : `, ${number(eventsPerSecond)} a second`;
  const left = secondsLeft === null ? "" : `, about ${span(secondsLeft * 1000)} left`;
  return `${count(eventsBehind, "event")} behind${rate}${left}`;
}

interface Compared {
  onlyOld: number;
  onlyNew: number;
  different: number;
  commonRows: number;
  isDefect: boolean;
}

/** What was found when a version was compared with the one before. */
export function comparedWords({ onlyOld, onlyNew, different, commonRows, isDefect }: Compared): string {
  const sum = onlyOld + onlyNew + different;
  if (sum === 0) {
    return `The same as the one before, row by row: ${count(commonRows, "row")}.`;
  }
  const parts = [
    onlyNew > 0 && `${count(onlyNew, "row")} more`,
    onlyOld > 0 && `${count(onlyOld, "row")} fewer`,
    different > 0 && `${count(different, "row")} with something else in them`,
  ].filter(Boolean);
  return `${parts.join(", ")}.${isDefect ? " Both were made of the same record by the same program: one of them is wrong." : ""}`;
}
