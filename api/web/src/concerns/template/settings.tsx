import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "templates",
    name: "Templates",
    place: 60,
    needs: "operate",
    about:
      "Settings of jobs under a name: how much they matter, and by which words they are found. A job that was started by a template stays as it is when that changes.",
    Part: lazy(() => import("./Templates").then(({ Templates }) => ({ default: Templates }))),
  },
];
