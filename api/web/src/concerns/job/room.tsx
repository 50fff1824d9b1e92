import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";
import { type QueueSearch, queueSearch } from "./search";

export const room: Room = {
  name: "Queue",
  icon: "queue",
  path: "/queue",
  place: 20,
  onPhone: true,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/queue",
      validateSearch: (search: Record<string, unknown>): QueueSearch => queueSearch(search),
      component: lazyRouteComponent(() => import("./Queue"), "Queue"),
    }),
  ],
};
