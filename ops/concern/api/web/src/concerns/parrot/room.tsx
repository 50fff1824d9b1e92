import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Parrots",
  icon: "more",
  path: "/parrots",
  place: 89,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/parrots",
      component: lazyRouteComponent(() => import("./List"), "List"),
    }),
  ],
};
