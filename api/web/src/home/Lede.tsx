import type { ReactNode } from "react";

import { dayOffset, number, time } from "../parts/format";
import type { NewsEvent } from "./News";

interface Props {
  news: readonly NewsEvent[];
  since: number | null;
}

/** What changed since one looked last, in one sentence. */
export function Lede({ news, since }: Props) {
  if (since === null) {
    return (
      <p className="lede">
        This is the first page that you open here. Whatever happens from now on stands below.
      </p>
    );
  }
  const recent = news.filter(({ at }) => Date.parse(at) > since);
  const of = (...kinds: string[]) => recent.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    part(of("download.completed"), "came in", "came in"),
    part(of("playlist.entry_removed"), "left its list", "left their lists"),
    part(of("playlist.entry_renamed"), "is called otherwise", "are called otherwise"),
    part(of("download.failed", "playlist.refresh_failed", "file.lost"), "failed", "failed"),
  ].filter((text): text is ReactNode & string => text !== null);
  return (
    <p className="lede">
      Since you looked last, {when(since)}, {parts.length === 0 ? "nothing changed." : `${listed(parts)}.`}
    </p>
  );
}

function part(count: number, one: string, many: string): string | null {
  return count === 0 ? null : `${number(count)} ${count === 1 ? one : many}`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function when(since: number): string {
  const offset = dayOffset(since);
  if (offset === 0) {
    return `today at ${time(since)}`;
  }
  if (offset === -1) {
    return `yesterday at ${time(since)}`;
  }
  const date = new Date(since);
  const day =
    offset > -7
      ? date.toLocaleDateString("en", { weekday: "long" })
      : date.toLocaleDateString("en-GB", { day: "numeric", month: "long" });
  return `on ${day} at ${time(since)}`;
}
