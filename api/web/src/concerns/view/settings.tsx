import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "views",
    name: "Views",
    place: 80,
    needs: "administer",
    about:
      "Whatever is shown is made of the record, and can be made of it anew at any time. Nothing is lost by that, and what is shown stays until the new one is whole and was compared with it.",
    Part: lazy(() => import("./Views").then(({ Views }) => ({ default: Views }))),
  },
];
