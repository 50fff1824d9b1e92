import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { usePages } from "../../client/pages";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { count, number } from "../../parts/format";
import { useRowKeys } from "../../parts/row-keys";
import { Seg } from "../../parts/Seg";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { Desktop } from "./Desktop";
import { NoticeRow } from "./NoticeRow";
import type { NoticesSearch } from "./room";
import { DismissNotices, type Notice, NoticesOf, ReadNotices } from "./use-notices";
import { type Group, groupsOf, rank, ruleWords } from "./words";
import "./notices.css";

/** So many of a group are shown before the rest is asked for: one rule that says much hides no other. */
const FOLDED = 5;

const FILTERS = {
  open: { dismissed: false, resolved: false },
  over: { dismissed: true, resolved: true },
  all: { dismissed: true, resolved: null },
} as const;

/** What one is told, in groups: what needs somebody first. Each leads to its thing, and is dismissed alone or with the rest. */
export function Notices() {
  useCrumbs({ name: "Notices", to: "/notifications" });
  const { show = "open" } = useSearch({ strict: false }) as NoticesSearch;
  const navigate = useNavigate();
  const pages = usePages(
    NoticesOf,
    { filter: FILTERS[show] },
    ["notification"],
    (data) => data.notifications,
  );
  const { rows, totalCount, problem, isLoading, more, refetch } = pages;
  const may = useMay("notice");
  const read = useAct(ReadNotices);
  const dismiss = useAct(DismissNotices);
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  const unread = rows.filter(({ isRead, isDismissed }) => !isRead && !isDismissed).length;

  return (
    <main id="main" ref={box}>
      <h1 className="lede">{totalCount === undefined ? "Notices" : headline(show, rows, totalCount)}</h1>
      <div className="tools notices-tools">
        <Seg
          label="Which notices"
          value={show}
          onChange={(next) =>
            void navigate({
              to: "/notifications",
              search: (before: Record<string, unknown>) => ({
                ...before,
                show: next === "open" ? undefined : next,
              }),
            })
          }
          options={[
            { value: "open", word: "Now" },
            { value: "over", word: "Over" },
            { value: "all", word: "All" },
          ]}
        />
        <span className="grow" />
        {may.isShown && unread > 0 && (
          <Button
            small
            look="bare"
            off={may.off}
            running={read.isRunning && "Marking…"}
            onClick={() => void read.run({ ids: null })}
          >
            Mark all as read
          </Button>
        )}
        {may.isShown && show === "open" && rows.length > 0 && (
          <Button
            small
            off={may.off}
            running={dismiss.isRunning && "Dismissing…"}
            onClick={() => void dismiss.run({ ids: null })}
          >
            Dismiss all {number(totalCount ?? rows.length)}
          </Button>
        )}
      </div>
      <Refused problem={read.problem ?? dismiss.problem} />
      {problem !== undefined && rows.length === 0 ? (
        <Failed problem={problem} title="The notices could not be read." onRetry={refetch} />
      ) : isLoading ? (
        <Loading label="Reading the notices" />
      ) : rows.length === 0 ? (
        <Nothing show={show} />
      ) : (
        groupsOf(rows).map((group) => <NoticeGroup key={group.rule} group={group} />)
      )}
      {more !== undefined && (
        <Button small look="bare" className="more" onClick={more}>
          Show more: {number(rows.length)} of {number(totalCount ?? rows.length)} are shown
        </Button>
      )}
      <Desktop />
    </main>
  );
}

function NoticeGroup({ group: { rule, rows } }: { group: Group<Notice> }) {
  const may = useMay("notice");
  const dismiss = useAct(DismissNotices);
  const open = rows.filter(({ isDismissed }) => !isDismissed).map(({ id }) => id);
  const words = ruleWords(rule);
  const [isWhole, setWhole] = useState(false);
  // One more row takes no more room than the line that would hide it.
  const shown = isWhole || rows.length <= FOLDED + 1 ? rows : rows.slice(0, FOLDED);
  return (
    <section className="lane notices" aria-label={words}>
      <header>
        <h2>{words}</h2>
        <span className="s q grow">{number(rows.length)}</span>
        {may.isShown && open.length > 1 && (
          <Button
            small
            look="bare"
            off={may.off}
            running={dismiss.isRunning && "Dismissing…"}
            aria-label={`Dismiss these ${open.length}: ${words}`}
            onClick={() => void dismiss.run({ ids: open })}
          >
            Dismiss these {number(open.length)}
          </Button>
        )}
      </header>
      <Refused problem={dismiss.problem} />
      <ol>
        {shown.map((notice) => (
          <NoticeRow key={notice.id} notice={notice} />
        ))}
      </ol>
      {shown.length < rows.length && (
        <Button small look="bare" className="notices-rest" onClick={() => setWhole(true)}>
          Show the other {number(rows.length - shown.length)}
        </Button>
      )}
    </section>
  );
}

function headline(show: keyof typeof FILTERS, rows: readonly Notice[], total: number): string {
  if (show !== "open") {
    return show === "over" ? `${count(total, "notice")} that are over.` : `${count(total, "notice")} in all.`;
  }
  const wanting = rows.filter(({ severity }) => rank(severity) >= rank("WARNING")).length;
  if (total === 0) {
    return "Nothing needs you.";
  }
  return wanting === 0
    ? `Nothing needs you; ${count(total, "notice")} to know of.`
    : `${count(wanting, "thing")} to look at${total > wanting ? `, ${number(total - wanting)} to know of` : ""}.`;
}

function Nothing({ show }: { show: keyof typeof FILTERS }) {
  return show === "open" ? (
    <Empty title="There is nothing that you were not told.">
      What fails, what is new in your lists and what is kept is said here. What was dismissed stays under All.
    </Empty>
  ) : (
    <Empty title={show === "over" ? "Nothing is over yet." : "Nothing was ever said."} />
  );
}
