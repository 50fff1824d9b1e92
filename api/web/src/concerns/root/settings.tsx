import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "roots",
    name: "Folders",
    place: 25,
    needs: "configure",
    about:
      "Folders of the server’s machine below which files lie. While one is not there, none of its files counts as lost, and what needs it waits.",
    Part: lazy(() => import("./Roots").then(({ Roots }) => ({ default: Roots }))),
  },
];
