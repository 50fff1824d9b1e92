import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

/** What the address of the notices carries. */
export interface NoticesSearch {
  /** Also those that are over, or all that there are; what is not over and not dismissed if it is left out. */
  show?: "over" | "all" | undefined;
}

export const room: Room = {
  name: "Notices",
  icon: "bell",
  path: "/notifications",
  place: 95,
  // The bell leads there.
  stands: "none",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/notifications",
      validateSearch: ({ show }: Record<string, unknown>): NoticesSearch =>
        show === "over" || show === "all" ? { show } : {},
      component: lazyRouteComponent(() => import("./Notices"), "Notices"),
    }),
    // Messages to channels lead to things by such addresses.
    createRoute({
      getParentRoute: () => parent,
      path: "/$kind/$id",
      component: lazyRouteComponent(() => import("./Leads"), "Leads"),
    }),
  ],
};
