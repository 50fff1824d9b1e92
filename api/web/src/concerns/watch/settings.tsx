import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "watches",
    name: "Watched folders",
    place: 26,
    needs: "transcode",
    about:
      "Folders into which others put files: a recorder, a scanner of discs, a person. A file is taken once nobody writes it any more, and one is made of it by a profile.",
    Part: lazy(() => import("./Watches").then(({ Watches }) => ({ default: Watches }))),
  },
];
