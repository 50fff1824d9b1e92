import { useState } from "react";

import { useTexts } from "../../client/search";
import { useTense } from "../../client/tense";
import { Seg } from "../../parts/Seg";
import { Graph, type Piece } from "../telemetry/Graph";
import { type Measure, RANGES, type Range } from "../telemetry/measures";
import { useNews } from "../telemetry/use-telemetry";
import type { WholeCheck } from "./check";
import { Under } from "./Under";
import "../../styles/plan.css";
import "../telemetry/telemetry.css";

const RANGE_OPTIONS = (Object.keys(RANGES) as Range[]).map((value) => ({ value, word: RANGES[value].word }));

/** How long looks took, and what they found in numbers. */
export function Graphs({ check }: { check: WholeCheck }) {
  const [{ range: said }, change] = useTexts<"range">();
  const range = RANGE_OPTIONS.find(({ value }) => value === said)?.value ?? "1d";
  const { asOf, isPast } = useTense();
  const until = asOf !== undefined && "time" in asOf ? Date.parse(asOf.time) : undefined;
  const news = useNews(isPast);
  const [pointed, setPointed] = useState<Piece>();
  if (isPast && until === undefined) {
    return null;
  }
  return (
    <section className="graphs" aria-labelledby="looks">
      <header className="tools">
        <h2 id="looks">Looks in numbers</h2>
        <Seg
          label="How far back"
          value={range}
          options={RANGE_OPTIONS}
          onChange={(next) => change({ range: next === "1d" ? undefined : next })}
        />
      </header>
      <div className="check-graphs">
        {measuresOf(check).map((measure, index) => (
          <Graph
            key={measure.key}
            measure={measure}
            range={range}
            until={until}
            news={news}
            // They point at one moment together: one of them tells of all.
            {...(index === 0 && { onPoint: setPointed })}
          />
        ))}
      </div>
      {check.kind === "command" && <Under id={check.id} piece={pointed} />}
    </section>
  );
}

/** A graph of how long it took, and one of each number that the last look found. */
function measuresOf({ id, lastRunAt, lastTookMs, stateSinceAt, values }: WholeCheck): Measure[] {
  const lastAt = lastRunAt ?? stateSinceAt ?? new Date(0).toISOString();
  const of = (name: string, metric: string, subject: string, unit: string, last: number): Measure => ({
    key: metric === "check.duration" ? "duration" : `value-${name}`,
    name,
    lines: [
      {
        series: { name: `${metric}/${subject}`, metric, subject, unit, lastAt, last },
        word: "A look",
        isLimit: false,
      },
    ],
  });
  return [
    of("Time to answer", "check.duration", id, "s", (lastTookMs ?? 0) / 1000),
    ...values.map(({ name, value, unit }) =>
      of(valueName(name), "check.value", `${id}/${name}`, unit, value),
    ),
  ];
}

/** What a number is called, as the heading of its graph. */
function valueName(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
