import { useEffect } from "react";

import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTexts } from "../../client/search";
import { useTense } from "../../client/tense";
import { Seg } from "../../parts/Seg";
import { Failed, Loading } from "../../parts/states";
import { Graph } from "./Graph";
import { type Measure, ofMachine, ofWork, RANGES, type Range } from "./measures";
import { useNews } from "./use-telemetry";
import "../../styles/plan.css";
import "./telemetry.css";

const MeasuredOf = graphql(`
  query MeasuredOf {
    telemetrySeries { name metric subject unit lastAt last }
    roots { id name }
  }
`);

const RANGE_OPTIONS = (Object.keys(RANGES) as Range[]).map((value) => ({ value, word: RANGES[value].word }));
const OF_OPTIONS = [
  { value: "machine", word: "The machine" },
  { value: "work", word: "Its work" },
] as const;

/** Graphs of what was measured: of the machine, or of each kind of work. */
export function Graphs() {
  const [{ range: saidRange, of: saidOf }, change] = useTexts<"range" | "of">();
  const range = RANGE_OPTIONS.find(({ value }) => value === saidRange)?.value ?? "1h";
  const of = saidOf === "work" ? "work" : "machine";
  const { asOf, isPast } = useTense();
  const until = asOf !== undefined && "time" in asOf ? new Date(asOf.time).getTime() : undefined;
  const { data, problem, refetch } = useLive(MeasuredOf, {}, ["root"]);
  const news = useNews(isPast);

  const series = data?.telemetrySeries.map((one) => {
    const latest = news.get(one.name);
    return latest === undefined ? one : { ...one, last: latest.value, lastAt: latest.at };
  });

  // A series that the list doesn't have yet: it is asked for again, once for each that is new.
  const known = new Set(series?.map(({ name }) => name));
  const unknown = series === undefined ? "" : [...news.keys()].filter((name) => !known.has(name)).join(" ");
  useEffect(() => {
    if (unknown !== "") {
      refetch();
    }
  }, [unknown, refetch]);

  if (isPast && until === undefined) {
    return (
      <section className="graphs" aria-labelledby="measured">
        <h2 id="measured">What was measured</h2>
        <p className="s q">
          Samples have moments and no place in the log: go to a moment by its time to see them.
        </p>
      </section>
    );
  }
  return (
    <section className="graphs" aria-labelledby="measured">
      <header className="tools">
        <h2 id="measured">What was measured</h2>
        <Seg
          label="Of what"
          value={of}
          options={OF_OPTIONS}
          onChange={(next) => change({ of: next === "machine" ? undefined : next })}
        />
        <Seg
          label="How far back"
          value={range}
          options={RANGE_OPTIONS}
          onChange={(next) => change({ range: next === "1h" ? undefined : next })}
        />
      </header>
      <p className="s q">
        The machine is looked at while something is at work, or as often as{" "}
        <span className="proof">telemetry.host_every_s</span> of the configuration says. Where there is no
        line, nothing was measured.
      </p>
      {data === undefined || series === undefined ? (
        problem === undefined ? (
          <Loading rows={3} />
        ) : (
          <Failed problem={problem} title="It could not be read what was measured." onRetry={refetch} />
        )
      ) : of === "machine" ? (
        <Several measures={ofMachine(series, nameIn(data.roots))} {...{ range, until, news }} />
      ) : (
        ofWork(series).map(({ key, name, measures }) => (
          <section key={key} aria-label={name}>
            <h2 className="kind">{name}</h2>
            <Several {...{ measures, range, until, news }} />
          </section>
        ))
      )}
    </section>
  );
}

type Given = Omit<Parameters<typeof Graph>[0], "measure">;

function Several({ measures, ...given }: { measures: readonly Measure[] } & Given) {
  if (measures.length === 0) {
    return <p className="none s q">Nothing was measured yet.</p>;
  }
  return (
    <div className="several">
      {measures.map((measure) => (
        <Graph key={measure.key} measure={measure} {...given} />
      ))}
    </div>
  );
}

function nameIn(roots: readonly { id: string; name: string }[] | null): (root: string) => string {
  return (root) => roots?.find(({ id, name }) => id === root || name === root)?.name ?? root;
}
