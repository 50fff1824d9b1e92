import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "tokens",
    name: "Tokens",
    place: 40,
    needs: "audit",
    about:
      "What programs and other machines show to come in. A token is shown once; who takes it away ends what it opened at once.",
    Part: lazy(() => import("./Tokens").then(({ Tokens }) => ({ default: Tokens }))),
  },
];
