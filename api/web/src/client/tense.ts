// Now, or as of a moment of the past: it stands in the address (`?at=`), so that every link keeps it.

import { useSearch } from "@tanstack/react-router";
import { useMemo } from "react";

/** What every address may carry, whatever room it is of. */
export interface EverySearch {
  /** The moment as of which everything is shown: RFC 3339, or a position. Now, if it is left out. */
  at?: string | undefined;
  /** The thing whose drawer is open. */
  open?: string | undefined;
  /** The tab of that drawer. */
  tab?: string | undefined;
}

/** A moment as queries take it; `undefined` is now. */
export type AsOf = { time: string } | { position: number } | undefined;

/** The tense of what is shown. */
export interface Tense {
  isPast: boolean;
  at: string | undefined;
  asOf: AsOf;
}

/** Reads what every address may carry; whatever is not understood is left out. */
export function everySearch(search: Record<string, unknown>): EverySearch {
  const text = (key: string) => {
    const value = search[key];
    return typeof value === "string" && value !== ""
      ? value
      : typeof value === "number"
        ? String(value)
        : undefined;
  };
  return { at: text("at"), open: text("open"), tab: text("tab") };
}

/** The moment that an address names. */
export function asOfOf(at: string | undefined): AsOf {
  if (at === undefined) {
    return undefined;
  }
  if (/^\d+$/.test(at)) {
    return { position: Number(at) };
  }
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? undefined : { time: time.toISOString() };
}

/** The tense of this page. */
export function useTense(): Tense {
  const { at } = useSearch({ strict: false }) as EverySearch;
  return useMemo(() => {
    const asOf = asOfOf(at);
    return { at: asOf === undefined ? undefined : at, asOf, isPast: asOf !== undefined };
  }, [at]);
}
