/** Which checks are shown, by what was found last. */
export type Shown = "failing" | "unknown" | "ok";

/** What the address of the room carries. */
export interface ChecksSearch {
  show?: Shown | undefined;
  /** Only what has these words in its name, target, group or tags. */
  find?: string | undefined;
}

const SHOWN: readonly Shown[] = ["failing", "unknown", "ok"];

/** Reads it; whatever is not understood is left out. */
export function checksSearch(search: Record<string, unknown>): ChecksSearch {
  const { find } = search;
  return {
    show: SHOWN.find((known) => known === search.show),
    find: typeof find === "number" || (typeof find === "string" && find !== "") ? String(find) : undefined,
  };
}
