import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../rooms";
import { pasted } from "./pasted";

/** What Home's address may carry. */
export interface HomeSearch {
  /** An address that was pasted elsewhere, or shared by another app. */
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
      validateSearch: (search: Record<string, unknown>): HomeSearch => {
        const paste = pasted(search);
        return paste === undefined ? {} : { paste };
      },
      component: lazyRouteComponent(() => import("./Home"), "Home"),
    }),
  ],
};
