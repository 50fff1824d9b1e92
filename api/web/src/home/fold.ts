/** What is told of a moment. */
interface Moment {
  kind: string;
  at: string;
  /** The thing that it is told of. */
  stream: string;
}

/** Where a line counts things, and the same thing twice would be two. */
const COUNTS_THINGS = new Set(["playlist.refresh_completed", "playlist.refresh_failed"]);

/** A run of equals: told as one line. */
export interface Fold<Told extends Moment> {
  kind: string;
  /** When the last of them happened. */
  at: string;
  /** The last first. */
  events: Told[];
}

/** Folds what happened on the same day and is of the same kind, as long as nothing else came between. The last comes first. */
export function foldNews<Told extends Moment>(events: readonly Told[]): Fold<Told>[] {
  const folds: Fold<Told>[] = [];
  for (const event of events) {
    const last = folds.at(-1);
    const isAgain =
      COUNTS_THINGS.has(event.kind) && last?.events.some(({ stream }) => stream === event.stream);
    if (last?.kind === event.kind && dayOf(last.at) === dayOf(event.at) && isAgain !== true) {
      last.events.push(event);
    } else {
      folds.push({ kind: event.kind, at: event.at, events: [event] });
    }
  }
  return folds;
}

function dayOf(moment: string): string {
  return new Date(moment).toDateString();
}
