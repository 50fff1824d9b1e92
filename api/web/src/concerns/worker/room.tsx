import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Workers",
  icon: "worker",
  path: "/workers",
  place: 80,
  needs: "operate",
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/workers",
      component: lazyRouteComponent(() => import("./Workers"), "Workers"),
    }),
  ],
};
