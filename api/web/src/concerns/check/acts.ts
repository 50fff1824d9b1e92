import type { PaletteAct } from "../../rooms";

export const acts: readonly PaletteAct[] = [
  {
    name: "Add a check",
    icon: "plus",
    words: "monitor watch uptime http tcp tls ping dns disk command push heartbeat",
    needs: "check",
    to: "/checks/add",
  },
];
