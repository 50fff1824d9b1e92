// What a plan says, in words.

import { count } from "../../parts/format";
import type { StateName } from "../../parts/State";

/** What is needed of a plan to say what it is. */
export interface PlanSaid {
  goal: "DELETE_FILES" | "UNFOLLOW" | "RESTORE_FILES" | "RENAME_FILES" | "REPLACE_FILES";
  state: "READY" | "APPLYING" | "APPLIED" | "STOPPED" | "UNDOING" | "UNDONE";
  fileCount: number;
}

/** From so many things up, their number is typed before they go. */
export const TYPED_FROM = 10;

/** Whether the foot of a plan lets it be carried out: a small one at once, a large one with its number typed. */
export function isConfirmed(fileCount: number, typed: string): boolean {
  return fileCount < TYPED_FROM || typed.replace(/[\s.,'’]/g, "") === String(fileCount);
}

/** What would be done, as the heading and the button say it. */
export function verbOf({ goal, fileCount }: PlanSaid): string {
  const files = count(fileCount, "file");
  switch (goal) {
    case "DELETE_FILES":
      return `Delete ${files}`;
    case "RESTORE_FILES":
      return `Restore ${files}`;
    case "RENAME_FILES":
      return `Rename ${files}`;
    case "REPLACE_FILES":
      return `Replace ${files}`;
    default:
      return fileCount === 0 ? "Unfollow" : `Unfollow and delete ${files}`;
  }
}

/** What was done, as the undo chip says it. */
export function doneOf({ goal, fileCount }: PlanSaid): string {
  const files = count(fileCount, "file");
  switch (goal) {
    case "DELETE_FILES":
      return `${files} deleted`;
    case "RESTORE_FILES":
      return `${files} restored`;
    case "RENAME_FILES":
      return `${files} renamed`;
    case "REPLACE_FILES":
      return `${files} replaced`;
    default:
      return fileCount === 0 ? "Unfollowed" : `Unfollowed, ${files} deleted`;
  }
}

/** How far a plan is: its state, its word, and what that means. */
export function stageOf({ state }: Pick<PlanSaid, "state">): { is: StateName; word: string; says: string } {
  switch (state) {
    case "READY":
      return {
        is: "next",
        word: "Planned",
        says: "Nothing has happened yet. Exactly what is listed here will be done, and nothing else.",
      };
    case "APPLYING":
      return {
        is: "moving",
        word: "Being carried out",
        says: "The files are being moved, one after the other.",
      };
    case "APPLIED":
      return { is: "kept", word: "Carried out", says: "What is listed here was done." };
    case "STOPPED":
      return {
        is: "failed",
        word: "Stopped in the middle",
        says: "A part was done. That part can be taken back, or the rest be done.",
      };
    case "UNDOING":
      return { is: "moving", word: "Being taken back", says: "The files are on their way back." };
    default:
      return { is: "skipped", word: "Taken back", says: "Everything is where it was before." };
  }
}

const STATES: Record<string, string> = {
  changed: "its bytes are not those that were recorded",
  lost: "nothing is in its place",
  trashed: "it is in the trash already",
  replaced: "another file is in its place",
  purged: "its bytes were destroyed",
  present: "it is in its place already",
};

/** Why a file stays where it is; the server says it as a state, as a sentence, or with the id of a list that has it, too. */
export function reasonWords(reason: string | null): { words: string; playlistId: string | null } {
  if (reason === null) {
    return { words: "it stays where it is", playlistId: null };
  }
  const playlist = /playlist-[0-9a-f-]{36}/.exec(reason)?.[0] ?? null;
  return playlist === null
    ? { words: STATES[reason] ?? reason, playlistId: null }
    : { words: "another list that is followed has it", playlistId: playlist };
}

const INTO_TRASH = ["goes into the trash", "in the trash", "back in its place"] as const;
/** Of a file: what is to become of it, what became of it, and where it is once that was taken back. */
const MOVES = {
  DELETE_FILES: INTO_TRASH,
  UNFOLLOW: INTO_TRASH,
  RESTORE_FILES: ["goes back to its place", "back in its place", "in the trash again"],
  RENAME_FILES: ["gets its new name", "under its new name", "under its old name"],
  REPLACE_FILES: [
    "goes into the trash, for what was made of it",
    "in the trash; what was made of it has its place",
    "back in its place",
  ],
} as const;

/** What becomes, or became, of a file that a plan moves. */
export function movedWords({ goal, state }: Pick<PlanSaid, "goal" | "state">): string {
  const [coming, there, back] = MOVES[goal];
  switch (state) {
    case "READY":
      return coming;
    case "APPLIED":
      return there;
    case "UNDONE":
      return back;
    default:
      return "is being moved";
  }
}
