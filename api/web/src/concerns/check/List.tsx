import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";

import { useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useCrumbs } from "../../frame/Crumbs";
import { count, number } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { useRowKeys } from "../../parts/row-keys";
import { SearchField } from "../../parts/SearchField";
import { Seg } from "../../parts/Seg";
import { Empty, Failed, Loading } from "../../parts/states";
import { arrange } from "./arrange";
import { CheckFields } from "./check";
import { Files } from "./Files";
import { Row } from "./Row";
import type { ChecksSearch, Shown } from "./search";
import { useRuns } from "./use-runs";
import "./check.css";

const ChecksOf = graphql(
  `
    query ChecksOf($filter: CheckFilterInput, $minPosition: Position, $asOf: AsOfInput) {
      checks(first: 200, filter: $filter, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...CheckFields }
      }
      wrong: checks(first: 100, filter: { state: FAILING }, minPosition: $minPosition, asOf: $asOf) {
        totalCount
        nodes { ...CheckFields }
      }
      unknown: checks(first: 1, filter: { state: UNKNOWN }, minPosition: $minPosition, asOf: $asOf) { totalCount }
      all: checks(first: 200, minPosition: $minPosition, asOf: $asOf) { nodes { state isPaused } }
      ok: checks(first: 1, filter: { state: OK }, minPosition: $minPosition, asOf: $asOf) { totalCount }
    }
  `,
  [CheckFields],
);

const STATES = { failing: "FAILING", unknown: "UNKNOWN", ok: "OK" } as const;
const NONE: Record<Shown, string> = {
  failing: "Nothing fails.",
  unknown: "Of every check somebody can say how it stands.",
  ok: "Nothing is well.",
};

/** What is looked at again and again: what fails first, each consequence under its cause. */
export function List() {
  useCrumbs({ name: "Checks" });
  const { show, find } = useSearch({ strict: false }) as ChecksSearch;
  const navigate = useNavigate();
  const filter =
    show === undefined && find === undefined
      ? null
      : {
          ...(show === undefined ? {} : { state: STATES[show] }),
          ...(find === undefined ? {} : { search: find }),
        };
  const { data, problem, refetch } = useLive(ChecksOf, { filter }, ["check"]);
  useRuns(refetch);
  const may = useMay("check");
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);

  const go = useCallback(
    (change: Partial<ChecksSearch>) =>
      void navigate({
        to: "/checks",
        search: (before: Record<string, unknown>) => ({ ...before, ...change }),
        replace: true,
        resetScroll: false,
      }),
    [navigate],
  );
  const onFind = useCallback((value: string | undefined) => go({ find: value }), [go]);

  // Whatever fails is there, however many checks there are before it by name.
  const rows = useMemo(() => {
    const nodes = data?.checks.nodes ?? [];
    const more = filter === null ? (data?.wrong.nodes ?? []) : [];
    return [...nodes, ...more.filter(({ id }) => nodes.every((node) => node.id !== id))];
  }, [data, filter]);
  const groups = useMemo(() => arrange(rows), [rows]);

  if (problem !== undefined && data === undefined) {
    return (
      <main id="main" className="wide">
        <h1 className="sr">Checks</h1>
        <Failed problem={problem} title="The checks could not be read." onRetry={refetch} />
      </main>
    );
  }
  const all =
    data === undefined ? undefined : data.wrong.totalCount + data.unknown.totalCount + data.ok.totalCount;
  const add = may.isShown && (
    <Link to="/checks/add" className="btn main">
      <Icon name="plus" />
      Add a check
    </Link>
  );
  return (
    <main id="main" className="wide" ref={box}>
      <h1 className="sr">Checks</h1>
      {data !== undefined && all !== undefined && all > 0 && (
        <p className="lede check-lede">{answer(data)}</p>
      )}
      {all !== 0 && (
        <div className="tools">
          <Seg<Shown | "all">
            label="State"
            value={show ?? "all"}
            onChange={(value) => go({ show: value === "all" ? undefined : value })}
            options={[
              { value: "all", word: "All", count: all },
              { value: "failing", word: "Failing", is: "failed", count: data?.wrong.totalCount },
              { value: "unknown", word: "Unknown", is: "late", count: data?.unknown.totalCount },
              { value: "ok", word: "OK", is: "kept", count: data?.ok.totalCount },
            ]}
          />
          <SearchField label="Find by name, target or tag" value={find} onChange={onFind} />
          <span className="grow" />
          {add}
        </div>
      )}
      <Files />
      {data === undefined ? (
        <Loading rows={6} label="Reading the checks" />
      ) : all === 0 ? (
        <Empty title="Nothing is looked at yet." acts={add}>
          <p>
            Add an address, a port, a disk or a program: Mediary looks at it again and again, says when it
            fails, and keeps how it went.
          </p>
        </Empty>
      ) : rows.length === 0 ? (
        <Empty title={find === undefined ? NONE[show ?? "failing"] : "No check has these words in it."}>
          <p>Choose “All” or other words to see the rest.</p>
        </Empty>
      ) : (
        groups.map(({ name, branches }) => (
          <section key={name ?? ""} className="lane checks" aria-label={name ?? "Without a group"}>
            {(name !== null || groups.length > 1) && (
              <header>
                <h2>{name ?? "Without a group"}</h2>
              </header>
            )}
            <ol>
              {branches.map((branch) => (
                <Row key={branch.check.id} branch={branch} />
              ))}
            </ol>
          </section>
        ))
      )}
      {data !== undefined && data.checks.nodes.length < data.checks.totalCount && (
        <p className="s q">
          These are {number(rows.length)} of {number(data.checks.totalCount)}: words narrow them down.
        </p>
      )}
    </main>
  );
}

type Answer = ResultOf<typeof ChecksOf>;

/** What one came for, in one sentence. What is paused is nobody's word for how it stands. */
function answer({ wrong, unknown, ok, all }: Answer): string {
  const paused = (state: string) => all.nodes.filter((one) => one.isPaused && one.state === state).length;
  const [failing, unsaid, well] = [
    wrong.totalCount - paused("FAILING"),
    unknown.totalCount - paused("UNKNOWN"),
    ok.totalCount - paused("OK"),
  ];
  const onHold = all.nodes.filter(({ isPaused }) => isPaused).length;
  const parts = [
    ...(failing > 0 ? [`${count(failing, "check")} ${failing === 1 ? "fails" : "fail"}`] : []),
    ...(unsaid > 0 ? [`of ${number(unsaid)} nobody can say`] : []),
    ...(well > 0 ? [`${number(well)} ${well === 1 ? "is" : "are"} OK`] : []),
    ...(onHold > 0 ? [`${number(onHold)} ${onHold === 1 ? "is" : "are"} paused`] : []),
  ];
  const said =
    failing === 0 && unsaid === 0 && well > 0 ? ["Nothing fails", ...parts].join(", ") : parts.join(", ");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
