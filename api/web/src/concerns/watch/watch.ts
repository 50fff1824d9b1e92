// What is said of a watched folder.

import { graphql, type ResultOf } from "../../client/graphql";
import { count, size } from "../../parts/format";
import type { StateName } from "../../parts/State";

export const WatchesOf = graphql(`
  query WatchesOf($asOf: AsOfInput) {
    watches(asOf: $asOf) {
      id way profile names bytesMin bytesMax depthMax settleSeconds stopped
      root { name folder standing }
      replace { allowLinks }
    }
  }
`);

export type Watch = ResultOf<typeof WatchesOf>["watches"][number];
type Root = NonNullable<Watch["root"]>;

/** How it is with it. */
export function stateOf({ root, stopped }: Pick<Watch, "root" | "stopped">): [StateName, string] {
  if (stopped !== null) {
    return ["failed", "Stopped"];
  }
  return root?.standing === "AWAY" ? ["failed", "Not there"] : ["kept", "Watched"];
}

/** The folder by its whole path; from the name of its root on for whoever may not see that. */
export function folderOf({ root, way }: { root: Pick<Root, "name" | "folder"> | null; way: string }): string {
  return [root?.folder ?? root?.name, way].filter(Boolean).join("/");
}

/** Which files are taken, and what becomes of them. */
export function saysOf(watch: Omit<Watch, "id" | "root" | "way" | "stopped">): string {
  const { profile, names, bytesMin, bytesMax, depthMax, settleSeconds, replace } = watch;
  const parts = [
    names.length === 0 ? "Media of any kind" : names.join(" "),
    bytesMin !== null && `of ${size(bytesMin)} at least`,
    bytesMax !== null && `of ${size(bytesMax)} at most`,
    depthMax === 0 && "in the folder itself",
    depthMax !== null && depthMax > 0 && `no more than ${count(depthMax, "folder")} deep`,
    `once nobody wrote it for ${count(settleSeconds, "second")}`,
    `${profile} ${replace === null ? "beside it" : "in its place"}`,
  ];
  return `${parts.filter(Boolean).join(", ")}.`;
}

/** Patterns as they were typed: with spaces or commas between. */
export function patternsOf(typed: string): string[] {
  return typed.split(/[\s,]+/).filter((pattern) => pattern !== "");
}
