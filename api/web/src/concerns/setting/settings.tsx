import { lazy } from "react";

import type { SettingsPart } from "./parts";

export const settings: readonly SettingsPart[] = [
  {
    key: "limits",
    name: "Limits",
    place: 10,
    needs: "configure",
    about: "How much runs at once. What runs goes on; what waits begins as soon as there is room.",
    Part: lazy(() => import("./Limits").then(({ Limits }) => ({ default: Limits }))),
  },
  {
    key: "sites",
    name: "Sites",
    place: 20,
    needs: "configure",
    about:
      "How often a site is asked, with which cookies, as whom and by which proxy. What is left empty is not limited; a site without a line is asked as any other.",
    Part: lazy(() => import("./Sites").then(({ Sites }) => ({ default: Sites }))),
  },
  {
    key: "layout",
    name: "File names",
    place: 26,
    needs: "configure",
    about:
      "Where files of the library lie and what lies beside them, where their list doesn’t say otherwise. It is so for what is kept from now on; a plan renames what is there.",
    Part: lazy(() => import("./LayoutPart").then(({ LayoutPart }) => ({ default: LayoutPart }))),
  },
  {
    key: "trash",
    name: "Trash",
    place: 27,
    needs: "configure",
    about: "How long what is deleted can be had back, and how much of it there may be.",
    Part: lazy(() => import("./TrashPart").then(({ TrashPart }) => ({ default: TrashPart }))),
  },
  {
    key: "quotas",
    name: "Quotas",
    place: 15,
    needs: "configure",
    about: "How much of whose work there may be. What runs goes on; a job that is over its quota waits.",
    Part: lazy(() => import("./Quotas").then(({ Quotas }) => ({ default: Quotas }))),
  },
];
