/** Which jobs are shown: all lanes, or one list of those in a state. */
export type Shown = "moving" | "waiting" | "held" | "failed" | "done";

/** What the queue's address carries. */
export interface QueueSearch {
  /** Left out: every lane with what is open. */
  show?: Shown | undefined;
  /** Only work of this kind: `DOWNLOAD`. */
  kind?: string | undefined;
  /** Only what has these words in its name. */
  find?: string | undefined;
  /** Only what was started together under this name. */
  batch?: string | undefined;
  /** Only what carries this word. */
  tag?: string | undefined;
}

const SHOWN: readonly Shown[] = ["moving", "waiting", "held", "failed", "done"];

/** Reads the queue's address; whatever is not understood is left out. */
export function queueSearch(search: Record<string, unknown>): QueueSearch {
  const text = (key: string) => {
    const value = search[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    show: SHOWN.find((known) => known === search.show),
    kind: text("kind"),
    find: text("find"),
    batch: text("batch"),
    tag: text("tag"),
  };
}

/** Whether one list is shown, and not the lanes. */
export function isOneList({ show, kind, find, batch, tag }: QueueSearch): boolean {
  return [show, kind, find, batch, tag].some((value) => value !== undefined);
}
