import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { moment, span, timeExact } from "../../parts/format";
import { State } from "../../parts/State";
import { ThingLink } from "../../parts/ThingLink";
import { SEVERITIES } from "../notification/words";
import type { WholeCheck } from "./check";
import { Public } from "./Public";
import { thresholdWords } from "./thresholds";
import { Webhook } from "./Webhook";
import { everyWords, kindWord, ruleWords, standing, took } from "./words";

const OtherChecks = graphql(`
  query OtherChecks($minPosition: Position, $asOf: AsOfInput) {
    checks(first: 200, minPosition: $minPosition, asOf: $asOf) {
      nodes { id name state reason isPaused dependsOn }
    }
  }
`);

/** What is looked at and by which rule, who is told, and what leans on what. */
export function Aside({ check }: { check: WholeCheck }) {
  const { data } = useLive(OtherChecks, {}, ["check"]);
  const others = data?.checks.nodes ?? [];
  const leansOn = others.filter(({ id }) => check.dependsOn.includes(id));
  const leaning = others.filter(({ dependsOn }) => dependsOn.includes(check.id));
  const {
    kind,
    target,
    group,
    tags,
    links,
    channels,
    severity,
    lastRunAt,
    lastTookMs,
    nextRunAt,
    isPaused,
    file,
    repeatSeconds,
    thresholds,
  } = check;
  return (
    <aside className="check-aside">
      <section>
        <h2>Rule</h2>
        <p className="q">
          {kindWord(kind)} {target !== "" && <span className="proof">{target}</span>}, {everyWords(check)}; a
          look may take {check.timeoutSeconds} s.
        </p>
        <p className="q">{ruleWords(check)}</p>
        {thresholds.length > 0 && (
          <p className="q">And by its numbers: {thresholds.map(thresholdWords).join(", ")}.</p>
        )}
        {file !== null && (
          <p className="q">
            It is said in the file <span className="proof">checks/{file}</span> of the server: it is changed
            and removed there.
          </p>
        )}
        <p className="s qq">
          {lastRunAt !== null && (
            <span title={timeExact(lastRunAt)}>
              {`Last ${moment(lastRunAt)}${lastTookMs === null ? "" : `, ${took(lastTookMs)}`}. `}
            </span>
          )}
          {isPaused ? "It waits until it goes on." : nextRunAt !== null && `Next ${moment(nextRunAt)}.`}
        </p>
      </section>
      <section>
        <h2>Who is told</h2>
        <p className="q">
          “{SEVERITIES[severity].word}”: whoever is told of that.
          {channels.length > 0 && ` And ${channels.join(", ")}, however little it matters.`}
          {repeatSeconds !== null && ` Again every ${span(repeatSeconds * 1000)}, until somebody knows.`}
        </p>
      </section>
      {leansOn.length > 0 && <Others name="Leans on" checks={leansOn} />}
      {leaning.length > 0 && <Others name="Others lean on it" checks={leaning} />}
      {links.length > 0 && (
        <section>
          <h2>Links</h2>
          <ul>
            {links.map(({ name, url }) => (
              <li key={name}>
                {isWeb(url) ? (
                  <a className="link" href={url} rel="noreferrer" target="_blank">
                    {name}
                  </a>
                ) : (
                  `${name}: ${url}`
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {(group !== null || tags.length > 0) && (
        <section>
          <h2>Sorted under</h2>
          <p className="q">{[...(group === null ? [] : [group]), ...tags].join(", ")}</p>
        </section>
      )}
      {check.isPublic && <Public name={check.name} />}
      <section>
        <h2>Definition</h2>
        <details>
          <summary>As it is recorded</summary>
          <pre className="raw">{JSON.stringify(check.probe, null, 2)}</pre>
        </details>
        <p className="s">
          <ThingLink id={check.id} tab="why">
            Why it is so
          </ThingLink>
        </p>
      </section>
      {kind !== "push" && <Webhook id={check.id} />}
    </aside>
  );
}

/** Whether a link leads to a page: others would be run by the browser, or by another program. */
function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

type Other = Pick<WholeCheck, "id" | "name" | "state" | "reason" | "isPaused">;

function Others({ name, checks }: { name: string; checks: readonly Other[] }) {
  return (
    <section>
      <h2>{name}</h2>
      <ul className="check-others">
        {checks.map((check) => {
          const { is, word } = standing(check);
          return (
            <li key={check.id}>
              <State is={is}>
                <ThingLink id={check.id} href={`/checks/${check.id}`}>
                  {check.name}
                </ThingLink>
                <span className="sr">{word}</span>
              </State>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
