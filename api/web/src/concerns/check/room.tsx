import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import type { Room } from "../../rooms";
import { type ChecksSearch, checksSearch } from "./search";

const WrongChecks = graphql(`
  query WrongChecks($minPosition: Position, $asOf: AsOfInput) {
    checks(first: 100, filter: { state: FAILING }, minPosition: $minPosition, asOf: $asOf) {
      nodes { id behind isAcknowledged isPaused snoozedUntil }
    }
  }
`);

/** How many causes nobody knows of yet: a consequence needs nobody. */
function useCount(): number {
  const { data } = useLive(WrongChecks, {}, ["check"]);
  const now = Date.now();
  return (data?.checks.nodes ?? []).filter(
    ({ behind, isAcknowledged, isPaused, snoozedUntil }) =>
      behind === null &&
      !isAcknowledged &&
      !isPaused &&
      (snoozedUntil === null || Date.parse(snoozedUntil) <= now),
  ).length;
}

export const room: Room = {
  name: "Checks",
  icon: "check",
  path: "/checks",
  place: 30,
  onPhone: true,
  useCount,
  routes: (parent) => [
    createRoute({
      getParentRoute: () => parent,
      path: "/checks",
      validateSearch: (search: Record<string, unknown>): ChecksSearch => checksSearch(search),
      component: lazyRouteComponent(() => import("./List"), "List"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/checks/add",
      component: lazyRouteComponent(() => import("./Add"), "Add"),
    }),
    createRoute({
      getParentRoute: () => parent,
      path: "/checks/$id",
      component: lazyRouteComponent(() => import("./Detail"), "Detail"),
    }),
  ],
};
