import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { textsOf } from "../../client/search";
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
      // What is drawn: of what, and how far back.
      validateSearch: (search: Record<string, unknown>) => textsOf(search, ["range", "of"]),
      component: lazyRouteComponent(() => import("./Workers"), "Workers"),
    }),
  ],
};
