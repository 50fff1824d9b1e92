import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";
import { type TimelineSearch, timelineSearch } from "./search";

export const room: Room = {
  name: "Timeline",
  icon: "timeline",
  path: "/timeline",
  place: 70,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/timeline",
      validateSearch: (search: Record<string, unknown>): TimelineSearch => timelineSearch(search),
      component: lazyRouteComponent(() => import("./Timeline"), "Timeline"),
    }),
  ],
};
