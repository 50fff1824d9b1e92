import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "you",
    name: "You",
    place: 5,
    needs: "read",
    about: "Who you are here, and where you are signed in.",
    Part: lazy(() => import("./You").then(({ You }) => ({ default: You }))),
  },
  {
    key: "users",
    name: "Users",
    place: 35,
    needs: "administer",
    about:
      "Who signs in by a name and a password, and what each may do. A role or a password that is changed holds on every open page at once.",
    Part: lazy(() => import("./Users").then(({ Users }) => ({ default: Users }))),
  },
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
