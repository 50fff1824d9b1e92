// The rooms of the page. Each brings itself: a folder of a concern with a `room.tsx`. Nobody lists them.

import type { AnyRoute } from "@tanstack/react-router";
import type { ComponentType } from "react";

import type { IconName } from "./parts/icons";

/** A room: a place of the rail, with its routes. */
export interface Room {
  /** What it is called: Queue. */
  name: string;
  icon: IconName;
  /** Its address: `/queue`. */
  path: string;
  /** Its place in the rail, from Home (0) on: Library 10, Queue 20, Checks 30, Transcodes 40, Discs 50, Plex 60,
   * Timeline 70, Workers 80. Settings (90) and what is no room of the rail stand apart. */
  place: number;
  /** `foot` stands at the foot of the rail; `none` is reached by links only. */
  stands?: "foot" | "none";
  /** Whether it is one of the three of the bottom bar of a phone. */
  onPhone?: boolean;
  /** Who may go there needs this permission; whoever lacks it doesn't see the room. */
  needs?: string;
  /** How many things there a person must act on; nothing is shown of none. */
  useCount?: () => number;
  /** Its routes below the root. */
  routes(parent: AnyRoute): AnyRoute[];
}

/** A kind of thing, as its drawer shows it. */
export interface Thing {
  /** What stands before the dash of its ids: `playlist`. */
  kind: string;
  /** What people call one: "List". */
  word: string;
  /** Head and first tab of its drawer. */
  Now: ComponentType<{ id: string }>;
  /** What one is called, where no text finds it by that name. */
  useTitle?: (id: string) => string | undefined;
  /** The room of one such thing, if it has one. */
  href?: (id: string) => string;
}

/** Something that can be done from the palette. */
export interface PaletteAct {
  /** What it says: "Pause all downloads". */
  name: string;
  icon: IconName;
  /** Other words by which it is found. */
  words?: string;
  needs?: string;
  /** Where it leads. Acts with effects are in rooms, where they say what they do. */
  to: string;
}

const roomModules = import.meta.glob<{ room: Room }>(
  ["./home/room.tsx", "./first-run/room.tsx", "./concerns/*/room.tsx"],
  {
    eager: true,
  },
);
const thingModules = import.meta.glob<{ things: readonly Thing[] }>("./concerns/*/thing.tsx", {
  eager: true,
});
const actModules = import.meta.glob<{ acts: readonly PaletteAct[] }>("./concerns/*/acts.ts", { eager: true });

/** All rooms, in the order of the rail. */
export const rooms: readonly Room[] = Object.values(roomModules)
  .map(({ room }) => room)
  .sort((one, other) => one.place - other.place);

/** The kinds of things that have a drawer of their own; all others show what is recorded of them. */
export const things: ReadonlyMap<string, Thing> = new Map(
  Object.values(thingModules)
    .flatMap((module) => module.things)
    .map((thing) => [thing.kind, thing]),
);

/** What can be done from the palette. */
export const acts: readonly PaletteAct[] = Object.values(actModules).flatMap((module) => module.acts);

/** The kind of an id: what stands before its dash. */
export function kindOf(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf("-")));
}
