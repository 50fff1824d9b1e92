// What a file is called and how it stands, in words.

import type { StateName } from "../../parts/State";

/** The name of a file without its folders, its ending, and what templates put behind the title: `[source-id]`. */
export function fileName(path: string): string {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const bare = base.replace(/\.[A-Za-z0-9]{1,8}$/, "").replace(/ \[[^[\]]+\]$/, "");
  return bare === "" ? base : bare;
}

/** The whole path, as one would paste it; below its root if that isn't told. */
export function wholePath(folder: string | null | undefined, path: string): string {
  return folder == null ? path : `${folder.replace(/\/$/, "")}/${path}`;
}

const STATES: Record<string, { is: StateName; word: string; why: string }> = {
  PRESENT: { is: "kept", word: "Kept and proved", why: "its bytes are as they were recorded" },
  CHANGED: { is: "failed", word: "Changed", why: "somebody wrote the file: it has other bytes" },
  LOST: { is: "failed", word: "Lost", why: "nothing is in its place, and nobody here took it away" },
  TRASHED: { is: "held", word: "In the trash", why: "it can be restored" },
  REPLACED: { is: "skipped", word: "Replaced", why: "another file is in its place" },
  PURGED: { is: "gone", word: "Destroyed", why: "its time in the trash was over" },
};

/** How a file stands with its bytes. */
export function fileState(state: string): { is: StateName; word: string; why: string } {
  return STATES[state] ?? { is: "waiting", word: state.toLowerCase(), why: "" };
}

const ODDITIES: Record<string, string> = {
  ESTIMATED_LENGTH: "its length is estimated",
  LONGER_THAN_SAID: "longer than it says",
  LONGER_THAN_PROMISED: "longer than its source said",
  BELOW_PROMISED_HEIGHT: "a smaller picture than its source offered",
  GLUED: "glued together of several",
  FOREIGN_BYTES: "has bytes of no medium in it",
  STARTS_AMID: "starts in the middle",
  TORN_END: "its end is torn",
  OPEN_END: "its end is open",
  STREAMS_END_APART: "picture and sound end apart",
  PAUSE_IN_SOUND: "the sound pauses",
  GAP: "has a gap",
  CLOCK_RESTART: "its clock starts again",
  LOST_PACKETS: "packets are missing",
  NOT_DECODED: "was not decoded",
  AGAINST_RULES: "is against the rules of its format",
};

/** What is unusual about a file and no damage, in words. */
export function oddityWords(oddity: string): string {
  return ODDITIES[oddity] ?? oddity.toLowerCase().replaceAll("_", " ");
}
