import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

/** What the address of the settings carries. */
export interface SettingsSearch {
  /** Which part is shown; the first if it is left out. */
  part?: string | undefined;
}

export const room: Room = {
  name: "Settings",
  icon: "settings",
  path: "/settings",
  place: 90,
  stands: "foot",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/settings",
      validateSearch: (search: Record<string, unknown>): SettingsSearch =>
        typeof search.part === "string" ? { part: search.part } : {},
      component: lazyRouteComponent(() => import("./SettingsRoom"), "SettingsRoom"),
    }),
  ],
};
