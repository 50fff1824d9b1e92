import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { Room } from "../../rooms";

export const room: Room = {
  name: "Transcodes",
  icon: "transcode",
  path: "/transcodes",
  place: 40,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/transcodes",
      component: lazyRouteComponent(() => import("./List"), "List"),
    }),
  ],
};
