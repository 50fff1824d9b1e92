// What is called how, where a list or its rows are shown.

import type { StateName } from "../../parts/State";

interface Named {
  title: string | null;
  url: string;
}

/** What a list is called: its title, else its address. The built-in one has neither. */
export function listName({ title, url }: Named): string {
  return title ?? (url === "" ? "Unlisted" : url);
}

const AVAILABILITY: Record<string, string> = {
  AVAILABLE: "can be had again",
  PRIVATE: "made private at its source",
  DELETED: "deleted at its source",
  MEMBERS_ONLY: "for members only",
  NEEDS_LOGIN: "needs a login",
  UNAVAILABLE: "can't be had at its source",
};

/** Why an entry can't be had at its source. */
export function availabilityWords(availability: string): string {
  return AVAILABILITY[availability] ?? "can't be had at its source";
}

const REASONS: Record<string, string> = {
  not_wanted: "not asked for",
  archived: "another tool's archive has them",
  cancelled: "cancelled",
  deleted: "deleted here",
  lost: "not in their place any more",
  private: "private",
  members_only: "for members only",
  needs_login: "need a login",
  unavailable: "can't be had",
};

/** The reason of a part of an account, in words. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? (/[<>=]/.test(reason) ? `rule ${reason}` : reason.replaceAll("_", " "));
}

/** How an entry stands, with its reason. */
export interface Standing {
  is: StateName;
  word: string;
  why: string | null;
}

/** What is known of an entry that says how it stands. */
export interface StandingOf {
  status: string;
  availability: string;
  skippedBy: string | null;
  download: {
    state: string;
    quality: string | null;
    failure: { message: string } | null;
    job: { state: string; retryAt: string | null; failure: { message: string } | null } | null;
  } | null;
}

/** How an entry stands: kept, on its way, skipped, failed, or gone, and why. */
export function standingOf(entry: StandingOf, momentWords: (moment: string) => string): Standing {
  const { download } = entry;
  const isGone = entry.status !== "PRESENT" || entry.availability !== "AVAILABLE";
  const gone =
    entry.status === "REMOVED"
      ? "left its list"
      : entry.status === "NOT_SEEN"
        ? "the last refresh did not see it"
        : availabilityWords(entry.availability);
  switch (download?.state) {
    case "KEPT":
      return isGone ? { is: "safe", word: "Safe here", why: gone } : { is: "kept", word: "Kept", why: null };
    case "WANTED":
      return waiting(download.job, momentWords);
    case "FAILED":
      return { is: "failed", word: "Failed", why: download.failure?.message ?? null };
    case "LOST":
      return { is: "failed", word: "Lost", why: "its file is not in its place, or has other bytes" };
    case "DELETED":
      return { is: "skipped", word: "Deleted here", why: "its file was put into the trash" };
    case "CANCELLED":
      return { is: "skipped", word: "Cancelled", why: "a person ended it" };
    case "ARCHIVED":
      return { is: "skipped", word: "Skipped", why: "another tool's archive has it" };
    default:
      break;
  }
  if (isGone) {
    return { is: "gone", word: "Never kept", why: gone };
  }
  return entry.skippedBy === null
    ? { is: "skipped", word: "Not kept", why: "nobody asked for it" }
    : { is: "skipped", word: "Skipped by rule", why: entry.skippedBy };
}

function waiting(
  job: { state: string; retryAt: string | null; failure: { message: string } | null } | null,
  momentWords: (moment: string) => string,
): Standing {
  if (job?.state === "RUNNING") {
    return { is: "moving", word: "Downloading", why: null };
  }
  if (job?.state === "PAUSED") {
    return { is: "held", word: "On hold", why: "its job is paused" };
  }
  if (job?.retryAt != null) {
    const when = `again ${momentWords(job.retryAt)}`;
    return {
      is: "late",
      word: "Tries again",
      why: job.failure === null ? when : `${when}: ${job.failure.message}`,
    };
  }
  return { is: "waiting", word: "Waiting", why: "for its turn in the queue" };
}

/** A quality in words. */
export function qualityWords(quality: string): string {
  switch (quality) {
    case "best":
      return "the best there is";
    case "audio":
      return "sound only";
    default:
      return `up to ${quality}`;
  }
}
