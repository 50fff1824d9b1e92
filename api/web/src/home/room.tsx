import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../rooms";

/** What Home's address may carry. */
export interface HomeSearch {
  /** An address that was pasted elsewhere. */
  paste?: string | undefined;
}

export const room: Room = {
  name: "Home",
  icon: "home",
  path: "/",
  place: 0,
  onPhone: true,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/",
      validateSearch: (search: Record<string, unknown>): HomeSearch =>
        typeof search.paste === "string" ? { paste: search.paste } : {},
      component: lazyRouteComponent(() => import("./Home"), "Home"),
    }),
  ],
};
