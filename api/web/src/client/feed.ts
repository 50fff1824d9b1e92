// What is recorded, as one subscription of the whole page: of which things something was recorded, four times a second
// at most. Whatever is shown asks anew when it is among these. It goes on by position, so that a break leaves no gap.

import { socket } from "./connection";

/** What was touched since the last word. */
interface Touched {
  position: number;
  concerns: string[];
  ids: string[];
  isAll: boolean;
}

interface Listener {
  /** Concerns (`job`) and things (`playlist-…`) that it shows. */
  of: ReadonlySet<string>;
  run(): void;
}

const TOUCHED =
  "subscription Touched($after: Position) { touched(after: $after) { position concerns ids isAll } }";

const listeners = new Set<Listener>();
let stop: (() => void) | undefined;
let position: number | null = null;

/** The last position that this page has heard of: answers are wanted at least as new. None at first. */
export function heardPosition(): number | null {
  return position;
}

/** Has the page hear of a position that an act was answered with. */
export function hear(next: number | null | undefined): void {
  if (next != null && next > (position ?? 0)) {
    position = next;
  }
}

/** Whether what shows `of` may be otherwise after this. */
export function concernsMe(
  of: ReadonlySet<string>,
  touched: Pick<Touched, "concerns" | "ids" | "isAll">,
): boolean {
  return (
    touched.isAll || touched.concerns.some((word) => of.has(word)) || touched.ids.some((id) => of.has(id))
  );
}

/** Calls `run` whenever something was recorded of these concerns or things. Returns what ends that. */
export function listen(of: readonly string[], run: () => void): () => void {
  const listener: Listener = { of: new Set(of), run };
  listeners.add(listener);
  stop ??= begin();
  return () => listeners.delete(listener);
}

/** Forgets the feed: what comes next is of another session. */
export function endFeed(): void {
  stop?.();
  stop = undefined;
  position = null;
}

function begin(): () => void {
  // The client sends these variables again after a break: so it goes on behind the last word.
  const variables: Record<string, unknown> = {};
  let isFirst = true;
  let isOver = false;
  // One that was ended here says so, too, when another may have begun.
  const over = () => {
    if (!isOver) {
      isOver = true;
      again();
    }
  };
  const end = socket().subscribe<{ touched: Touched }>(
    { query: TOUCHED, variables },
    {
      next: ({ data }) => {
        if (data != null) {
          const { touched } = data;
          hear(touched.position);
          variables.after = touched.position;
          tell(isFirst ? { ...touched, isAll: true } : touched);
          isFirst = false;
        }
      },
      error: over,
      complete: over,
    },
  );
  return () => {
    isOver = true;
    end();
  };
}

/** The place is of another log, the server was too slow to hold it, or it ended: everything is asked for anew. */
function again(): void {
  stop = undefined;
  position = null;
  setTimeout(() => {
    if (listeners.size > 0) {
      stop ??= begin();
    }
  }, 1_000);
}

function tell(touched: Touched): void {
  for (const listener of listeners) {
    if (concernsMe(listener.of, touched)) {
      listener.run();
    }
  }
}
