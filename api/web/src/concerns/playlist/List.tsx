import { useParams } from "@tanstack/react-router";
import { useRef } from "react";

import { useTexts } from "../../client/search";
import { useCrumbs } from "../../frame/Crumbs";
import { moment } from "../../parts/format";
import { Cover } from "../../parts/Picture";
import { useRowKeys } from "../../parts/row-keys";
import { Seg } from "../../parts/Seg";
import { State } from "../../parts/State";
import { Strip } from "../../parts/Strip";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { AccountBar } from "./AccountBar";
import { Acts } from "./Acts";
import { Changes } from "./Changes";
import { Entries } from "./Entries";
import { Files } from "./Files";
import { listName, qualityWords } from "./names";
import { Rules } from "./Rules";
import type { ListParam } from "./room";
import { type ListShown, useList } from "./use-list";
import "../../parts/library.css";

const VIEWS = [
  { value: "entries", word: "Entries" },
  { value: "changes", word: "Changes" },
  { value: "files", word: "Files" },
  { value: "rules", word: "Rules" },
] as const;
type View = (typeof VIEWS)[number]["value"];

/** A list: what it is, the account of its rows, and these as entries, changes, files and rules. */
export function List() {
  const { id = "" } = useParams({ strict: false });
  // Another one begins anew: nothing that was typed, asked or answered of the one before is left.
  return <OfList key={id} id={id} />;
}

function OfList({ id }: { id: string }) {
  const [search, change] = useTexts<ListParam>();
  const { data, problem, isLoading, refetch } = useList(id);
  const list = data?.playlist;
  useCrumbs({ name: "Library", to: "/library" }, { name: list == null ? "List" : listName(list) });
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const view: View = VIEWS.find(({ value }) => value === search.view)?.value ?? "entries";

  return (
    <main id="main" ref={box}>
      {isLoading && <Loading />}
      {problem !== undefined && list == null && <Failed problem={problem} onRetry={refetch} />}
      {data !== undefined && list === null && problem === undefined && (
        <Empty title="There is no such list.">It was never followed here, or not yet at this moment.</Empty>
      )}
      {list != null && (
        <>
          <Head list={list} chosen={search} />
          {list.refreshOutcome === "FAILED" && list.refreshFailure !== null && (
            <Strip tone="warn" title={`The last refresh failed: ${list.refreshFailure.message}`}>
              What is kept is untouched. {list.refreshFailure.advice}
            </Strip>
          )}
          <div className="tools lib-tools">
            <Seg
              label="View"
              value={view}
              onChange={(value) =>
                change({
                  view: value === "entries" ? undefined : value,
                  standing: undefined,
                  reason: undefined,
                  not: undefined,
                  here: undefined,
                  q: undefined,
                })
              }
              options={VIEWS}
            />
            <span className="grow" />
            {(view === "entries" || view === "files") && (
              <Seg
                label="Show as"
                value={search.as === "table" ? "table" : "grid"}
                onChange={(value) => change({ as: value === "grid" ? undefined : value })}
                options={[
                  { value: "grid", word: "Grid" },
                  { value: "table", word: "Table" },
                ]}
              />
            )}
          </div>
          {view === "entries" && <Entries list={list} />}
          {view === "changes" && <Changes list={list} />}
          {view === "files" && <Files list={list} />}
          {view === "rules" && <Rules list={list} />}
        </>
      )}
    </main>
  );
}

interface HeadProps {
  list: ListShown;
  chosen: { standing?: string; reason?: string; here?: string };
}

function Head({ list, chosen }: HeadProps) {
  const ids = list.entries.nodes.map(({ itemId }) => itemId);
  return (
    <div className="head">
      <span className="no-phone">
        <Cover ids={ids.length === 0 ? [list.id] : ids} />
      </span>
      <div className="grow">
        <p className="s q list-head">
          {list.followed ? <State is="moving">Following</State> : <State is="held">Not followed</State>}
          <span className="qq">{factsOf(list)}</span>
          <ThingLink id={list.id} tab="why" className="link q">
            Why
          </ThingLink>
        </p>
        <h1>{listName(list)}</h1>
        <AccountBar
          playlistId={list.id}
          account={list.account}
          safe={list.safe.totalCount}
          never={list.never.totalCount}
          chosen={chosen}
        />
      </div>
      <Acts list={list} />
    </div>
  );
}

const KEEPS: Record<ListShown["keep"], string> = {
  NEW: "new ones are kept",
  ALL: "new and old are kept",
  NOTHING: "nothing is kept by itself",
};

function factsOf(list: ListShown): string {
  const facts = [KEEPS[list.keep]];
  if (list.keepQuality !== null && list.keep !== "NOTHING") {
    facts.push(qualityWords(list.keepQuality));
  }
  if (list.refreshJob?.state === "RUNNING" || list.refreshJob?.state === "QUEUED") {
    facts.push("being refreshed");
  } else if (list.refreshedAt !== null) {
    facts.push(`refreshed ${moment(list.refreshedAt)}`);
  }
  return facts.join(", ");
}
