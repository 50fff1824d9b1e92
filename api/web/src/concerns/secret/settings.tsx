import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "secrets",
    name: "Secrets",
    place: 30,
    needs: "secret",
    about:
      "Cookies, passwords and addresses that nobody is to read. They lie sealed on this machine, are used where a setting names them, and are never shown again.",
    Part: lazy(() => import("./Secrets").then(({ Secrets }) => ({ default: Secrets }))),
  },
];
