// What a job is in words: its kind, its state, why it is where it is, and the one verb that helps.

import { sentence } from "../../client/problem";
import type { Progress } from "../../client/progress";
import { count, moment, number, span } from "../../parts/format";
import type { StateName } from "../../parts/State";
import type { Job } from "./job";

/** Kinds of work as lanes are headed. */
const LANES: Record<string, string> = {
  REFRESH: "Refresh",
  DOWNLOAD: "Download",
  VERIFY: "Proof",
  MOVE: "Move",
  PREVIEW: "Preview",
  ADOPT: "Taking",
};

/** What a kind of work is called; one that came later by its own word. */
export function laneName(kind: string): string {
  return LANES[kind] ?? kind.charAt(0) + kind.slice(1).toLowerCase().replaceAll("_", " ");
}

const DOING: Record<string, string> = {
  REFRESH: "Reading",
  DOWNLOAD: "Downloading",
  VERIFY: "Proving",
  MOVE: "Moving",
  PREVIEW: "Looking",
  CHECK: "Looking",
  TRANSCODE: "Making",
  ADOPT: "Reading",
};

/** A state with its word. */
export interface Standing {
  is: StateName;
  word: string;
}

/** How it stands with a job. */
export function standing(
  job: Pick<Job, "kind" | "state" | "stopping" | "retryAt" | "waitsFor">,
  progress?: Progress | null,
): Standing {
  if (job.stopping) {
    return { is: "moving", word: "Stopping" };
  }
  switch (job.state) {
    case "RUNNING":
      return {
        is: "moving",
        word: progress?.stage === "verifying" ? "Proving" : (DOING[job.kind] ?? "At work"),
      };
    case "LEASED":
      return { is: "moving", word: "Begins" };
    case "PAUSED":
      return { is: "held", word: "On hold" };
    case "SUCCEEDED":
      return { is: "kept", word: "Done" };
    case "FAILED":
      return { is: "failed", word: "Failed" };
    case "CANCELLED":
      return { is: "skipped", word: "Removed" };
    case "QUEUED":
      return waiting(job);
    default:
      return { is: "waiting", word: job.state };
  }
}

function waiting({ waitsFor, retryAt }: Pick<Job, "waitsFor" | "retryAt">): Standing {
  const until = waitsFor?.until ?? null;
  switch (waitsFor?.reason) {
    case "RETRY":
    case "RATE_LIMIT":
    case "BOT_CHECK": {
      const at = until ?? retryAt;
      return {
        is: "late",
        word: at === null ? "Tries again" : `Tries again ${moment(at).replace("today ", "")}`,
      };
    }
    case "NOT_BEFORE":
      return {
        is: "waiting",
        word: until === null ? "Waits" : `Waits until ${moment(until).replace("today ", "")}`,
      };
    case "STRANDED":
    case "LANE_PAUSED":
    case "HALTED":
      return { is: "held", word: "On hold" };
    case "NO_ROOM":
    case "LIBRARY_AWAY":
      return { is: "late", word: "Waits" };
    case undefined:
    case "TURN":
      return { is: "waiting", word: "Waits for its turn" };
    default:
      return { is: "waiting", word: "Waits" };
  }
}

/** Why it is where it is, as a sentence; every row has one. */
export function why(job: Job): string {
  const tries = job.attempts > 1 ? `Tried ${count(job.attempts, "time")}. ` : "";
  switch (job.state) {
    case "QUEUED":
      return `${job.waitsFor?.reason === "TURN" ? "" : tries}${turn(job)}`;
    case "LEASED":
    case "RUNNING":
      return job.attempts > 1
        ? `The ${ordinal(job.attempts)} try.${job.failure === null ? "" : ` Before: ${sentence(job.failure.message)}`}`
        : job.startedAt === null
          ? "It is its turn."
          : `Since ${moment(job.startedAt)}.`;
    case "PAUSED":
      return job.waitsFor === null
        ? "Held by a person. What was done of it is kept."
        : said(job.waitsFor.message);
    case "FAILED":
      return `${tries}${sentence(job.failure?.message ?? "Given up")}`;
    case "CANCELLED":
      return `Taken out of the queue ${job.endedAt === null ? "by a person" : moment(job.endedAt)}.`;
    case "SUCCEEDED":
      return job.endedAt === null ? "Done." : `Done ${moment(job.endedAt)}.`;
    default:
      return "";
  }
}

/** A moment as the server writes it. */
const MOMENT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g;

/** What the server says of it as a sentence, with moments as people say them. */
function said(message: string): string {
  return sentence(message.replace(MOMENT, (at) => moment(at).replace("today ", "")));
}

function turn({ waitsFor, priority }: Job): string {
  if (waitsFor === null) {
    return "Waits for its turn.";
  }
  if (waitsFor.reason !== "TURN") {
    return said(waitsFor.message);
  }
  const place =
    waitsFor.place === null ? "Far behind" : waitsFor.place === 1 ? "Next" : `${ordinal(waitsFor.place)}`;
  const lane = waitsFor.lane === null ? "" : ` of what needs ${laneWord(waitsFor.lane)}`;
  const matters = priority > 5 ? ", since it matters more" : priority < 5 ? ", since it matters less" : "";
  return `${place}${lane}${matters}.`;
}

/** A lane's resource in words. */
export function laneWord(lane: string): string {
  const [kind, name] = lane.split(":");
  if (lane === "library_disk") {
    return "the disk of the library";
  }
  return name === undefined ? lane : `the ${kind} ${name}`;
}

function ordinal(value: number): string {
  const tens = value % 100;
  const ending = tens >= 11 && tens <= 13 ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[value % 10] ?? "th");
  return `${number(value)}${ending}`;
}

/** How long it still takes, or waits, if that can be said. */
export function timeLeft(job: Job, progress: Progress | null | undefined, now = Date.now()): string {
  if (job.state === "RUNNING") {
    return progress?.etaSeconds == null ? "" : span(progress.etaSeconds * 1000);
  }
  const until = job.state === "QUEUED" ? (job.waitsFor?.until ?? null) : null;
  const left = until === null ? 0 : Date.parse(until) - now;
  return left > 0 ? span(left) : "";
}

/** What can be done to a job. */
export type Verb = "pause" | "resume" | "first" | "retry" | "cancel";

/** The one verb of a row, with its word; none if nothing is left to do. */
export function verbOf(
  job: Pick<Job, "state" | "waitsFor" | "priority" | "stopping">,
): [Verb, string] | null {
  if (job.stopping) {
    return null;
  }
  switch (job.state) {
    case "RUNNING":
    case "LEASED":
      return ["pause", "Pause"];
    case "PAUSED":
      return ["resume", "Go on"];
    case "FAILED":
    case "CANCELLED":
      return ["retry", "Try again"];
    case "QUEUED":
      switch (job.waitsFor?.reason) {
        case "RETRY":
        case "NOT_BEFORE":
        case "AFTER":
        case "STRANDED":
          return ["resume", "Try now"];
        default:
          return job.priority < 9 ? ["first", "To the top"] : ["pause", "Hold"];
      }
    default:
      return null;
  }
}

/** What waits in the order in which it comes, as far as that is known: by its place, and what has none behind. */
export function inTurn(jobs: readonly Job[]): Job[] {
  const place = (job: Job) =>
    job.waitsFor?.reason === "TURN"
      ? (job.waitsFor.place ?? Number.MAX_SAFE_INTEGER - 1)
      : Number.MAX_SAFE_INTEGER;
  return [...jobs].sort(
    (one, other) =>
      place(one) - place(other) ||
      other.priority - one.priority ||
      Date.parse(one.queuedAt) - Date.parse(other.queuedAt),
  );
}
