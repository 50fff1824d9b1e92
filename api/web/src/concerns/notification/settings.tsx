import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "channels",
    name: "Channels",
    place: 50,
    needs: "notify",
    about: "Where notices are sent while nobody looks at this page.",
    Part: lazy(() => import("./Channels").then(({ Channels }) => ({ default: Channels }))),
  },
  {
    key: "rules",
    name: "Rules",
    place: 55,
    needs: "notify",
    about:
      "What is said of which event, and how much it matters. A rule that is there by itself is changed or removed as any other.",
    Part: lazy(() => import("./Rules").then(({ Rules }) => ({ default: Rules }))),
  },
];
