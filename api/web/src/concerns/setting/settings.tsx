import { lazy } from "react";

import type { SettingsPart } from "./parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "limits",
    name: "Limits",
    place: 10,
    needs: "configure",
    about: "How much runs at once. What runs goes on; what waits begins as soon as there is room.",
    Part: lazy(() => import("./Limits").then(({ Limits }) => ({ default: Limits }))),
  },
  {
    key: "sites",
    name: "Sites",
    place: 20,
    needs: "configure",
    about:
      "How often a site is asked. What is left empty is not limited; a site without a line is asked as any other.",
    Part: lazy(() => import("./Sites").then(({ Sites }) => ({ default: Sites }))),
  },
  {
    key: "quotas",
    name: "Quotas",
    place: 15,
    needs: "configure",
    about: "How much of whose work there may be. What runs goes on; a job that is over its quota waits.",
    Part: lazy(() => import("./Quotas").then(({ Quotas }) => ({ default: Quotas }))),
  },
];
