import { lazy } from "react";

import type { SettingsPart } from "../setting/parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "bot",
    name: "Bot",
    place: 65,
    needs: "bot",
    about:
      "A bot of Telegram by which people ask for things. It does what whoever sets it may do, but never more than an editor.",
    Part: lazy(() => import("./BotPart").then(({ BotPart }) => ({ default: BotPart }))),
  },
];
