import { useEffect, useState } from "react";

import { address } from "../client/base";
import { cellsOf, cellWords, daysWords, wellOf } from "../concerns/check/days";
import { share } from "../concerns/check/words";
import { time } from "../parts/format";
import { State } from "../parts/State";
import { grouped, lasted, lede, type PublicCheck, type PublicStatus, standing } from "./public";

/** How often the page asks again. */
const ASK_EVERY_MS = 30_000;

/** What everybody may see: how the checks are that somebody made public. */
export function Status() {
  const { status, problem } = useStatus();
  useEffect(() => {
    document.title = status === undefined ? "How it is" : lede(status);
  }, [status]);
  return (
    <main className="public">
      <h1 aria-live="polite">{status === undefined ? "How it is" : lede(status)}</h1>
      {problem !== undefined && (
        <p className="s public-problem" role="alert">
          {problem}
        </p>
      )}
      {status !== undefined && (
        <>
          {grouped(status.checks).map(([group, checks]) => (
            <section key={group} aria-label={group === "" ? "Checks" : group}>
              {group !== "" && <h2>{group}</h2>}
              <ol>
                {checks.map((check) => (
                  <One key={check.name} check={check} at={Date.parse(status.at)} />
                ))}
              </ol>
            </section>
          ))}
          <Incidents status={status} />
          <p className="xs q">As of {time(status.at)}. Days are those of UTC.</p>
        </>
      )}
    </main>
  );
}

/** What is public, asked for again and again; the last answer stays where there is no newer one, and that is said. */
function useStatus() {
  const [status, setStatus] = useState<PublicStatus>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    let isOver = false;
    async function ask() {
      const answer = await fetch(address("v1/status.json")).catch(() => undefined);
      const next = answer?.ok ? ((await answer.json()) as PublicStatus) : undefined;
      if (isOver) {
        return;
      }
      if (next !== undefined) {
        setStatus(next);
        setProblem(undefined);
      } else if (answer?.status === 404) {
        setStatus(undefined);
        setProblem("Nothing is public here any more.");
      } else {
        setProblem("The server does not answer just now; what stands here is what it said last.");
      }
    }
    void ask();
    const again = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => {
      isOver = true;
      clearInterval(again);
    };
  }, []);
  return { status, problem };
}

function One({ check, at }: { check: PublicCheck; at: number }) {
  const { is, word } = standing(check);
  const cells = cellsOf(check.days, at);
  const well = wellOf(cells);
  return (
    <li className="public-check">
      <div className="public-name">
        <h3>{check.name}</h3>
        <State is={is}>{word}</State>
      </div>
      <div className="days small" role="img" aria-label={daysWords(cells)}>
        {cells.map((cell) => (
          <i key={cell.at} className={cell.how} title={cellWords(cell)} />
        ))}
      </div>
      <p className="xs q public-axis">
        <span>90 days ago</span>
        <span>{well === null ? "nobody looked yet" : `${share(well)} of all looks were well`}</span>
        <span>today</span>
      </p>
    </li>
  );
}

function Incidents({ status: { incidents } }: { status: PublicStatus }) {
  return (
    <section aria-labelledby="incidents">
      <h2 id="incidents">The last two weeks</h2>
      {incidents.length === 0 ? (
        <p className="s q">Nothing was wrong.</p>
      ) : (
        <ol className="public-incidents">
          {incidents.map((incident) => (
            <li key={`${incident.check} ${incident.openedAt}`}>
              <span>{incident.check}</span>
              <span className="s q">{lasted(incident)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
