// What can happen, as the server lists it: what the timeline is filtered by, and what the palette finds.

import { graphql, type ResultOf } from "../../client/graphql";

export const EventKinds = graphql(`
  query EventKinds {
    eventKinds { kind concern meaning }
  }
`);

export type EventKind = ResultOf<typeof EventKinds>["eventKinds"][number];

/** What happens in a concern, as people call it; one that this page does not know yet is shown as the server calls it. */
const CONCERNS: Record<string, string> = {
  account: "Accounts",
  bot: "The bot",
  collection: "Collections",
  command: "Commands",
  delivery: "Messages",
  download: "Downloads",
  file: "Files",
  job: "Jobs",
  lane: "Lanes",
  log: "The record itself",
  notification: "Notices",
  plan: "Plans",
  playlist: "Lists",
  preview: "Looks at addresses",
  project: "Projects",
  reaction: "Reactions",
  reservation: "Reservations",
  root: "Folders",
  schedule: "Schedules",
  secret: "Secrets",
  setting: "Settings",
  template: "Templates",
  worker: "Workers",
};

/** A concern in a word of people. */
export function concernWords(concern: string): string {
  const words = CONCERNS[concern] ?? concern.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The concern of a kind of event, or of itself. */
export function concernOf(kind: string): string {
  return kind.split(".")[0] ?? kind;
}

/** The kinds by their concerns, in the order of their words. */
export function byConcern(kinds: readonly EventKind[]): [concern: string, kinds: EventKind[]][] {
  const groups = new Map<string, EventKind[]>();
  for (const kind of kinds) {
    groups.set(kind.concern, [...(groups.get(kind.concern) ?? []), kind]);
  }
  return [...groups].sort(([one], [other]) => concernWords(one).localeCompare(concernWords(other)));
}
