import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "parked",
    name: "Held up",
    place: 75,
    needs: "operate",
    about:
      "Where one thing leads to another by itself, and that failed, the event waits here, and what comes after it of the same thing. Nothing is lost; it is tried again, or never handled, when somebody says so.",
    Part: lazy(() => import("./ParkedPart").then(({ ParkedPart }) => ({ default: ParkedPart }))),
  },
];
