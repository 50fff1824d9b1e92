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
];
