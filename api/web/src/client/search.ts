// What stands in an address besides what every address may carry.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** The texts of an address under these names; whatever else stands there is left out. */
export function textsOf<Name extends string>(
  search: Record<string, unknown>,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = search[name];
    if ((typeof value === "string" && value !== "") || typeof value === "number") {
      found[name] = String(value);
    }
  }
  return found;
}

/** What stands in the address of a room, and what changes it; changes are no steps of their own in the history. */
export function useTexts<Name extends string>(): [
  Partial<Record<Name, string>>,
  (change: Partial<Record<Name, string | undefined>>) => void,
] {
  const search = useSearch({ strict: false }) as Partial<Record<Name, string>>;
  const navigate = useNavigate();
  const change = useCallback(
    (next: Partial<Record<Name, string | undefined>>) =>
      void navigate({
        to: ".",
        search: (before: Record<string, unknown>) => ({ ...before, ...next }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  return [search, change];
}
