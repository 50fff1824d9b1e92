// The parts of the settings. Each concern brings its own: a `settings.tsx` in its folder. Nobody lists them.

import type { ComponentType } from "react";

/** A part of the settings. */
export interface SettingsPart {
  /** What the address calls it: `limits`. */
  key: string;
  /** What it is called: Limits. */
  name: string;
  place: number;
  /** Who may not do this doesn't see it. */
  needs: string;
  /** What it is for, in a sentence. */
  about: string;
  Part: ComponentType;
}

const modules = import.meta.glob<{ settings: readonly SettingsPart[] }>("../*/settings.tsx", { eager: true });

/** All parts, in the order in which they stand. */
export const parts: readonly SettingsPart[] = Object.values(modules)
  .flatMap(({ settings }) => settings)
  .sort((one, other) => one.place - other.place);
