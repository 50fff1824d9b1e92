/** What is told of a moment. */
interface Moment {
  kind: string;
  at: string;
}

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
    if (last?.kind === event.kind && dayOf(last.at) === dayOf(event.at)) {
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
