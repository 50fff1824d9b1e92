import { createRootRoute, createRouter, retainSearchParams } from "@tanstack/react-router";

import { base } from "./client/base";
import { type EverySearch, everySearch } from "./client/tense";
import { Broken, NoSuchRoom } from "./frame/Broken";
import { Shell } from "./frame/Shell";
import { rooms } from "./rooms";

/** Makes the router: the frame, and in it whatever rooms there are. */
export function createPageRouter() {
  const root = createRootRoute({
    component: Shell,
    notFoundComponent: NoSuchRoom,
    errorComponent: Broken,
    validateSearch: (search: Record<string, unknown>): EverySearch => everySearch(search),
    // The moment stays, wherever one goes.
    search: { middlewares: [retainSearchParams<EverySearch>(["at"])] },
  });
  root.addChildren(rooms.flatMap((room) => room.routes(root)));
  return createRouter({
    routeTree: root,
    basepath: base.pathname,
    defaultPreload: "intent",
    scrollRestoration: true,
    defaultErrorComponent: Broken,
  });
}
