import type { PaletteAct } from "../../rooms";

export const acts: readonly PaletteAct[] = [
  { name: "Notices", icon: "bell", words: "notifications messages bell what happened", to: "/notifications" },
];
