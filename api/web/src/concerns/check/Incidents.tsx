import { useState } from "react";

import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { useTense } from "../../client/tense";
import { Button } from "../../parts/Button";
import { marginTime, moment, number, span } from "../../parts/format";
import { Glyph } from "../../parts/Icon";
import { Event, Said, Spine } from "../../parts/Spine";
import { StateGlyph } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { SEVERITIES } from "../notification/words";
import type { WholeCheck } from "./check";

const IncidentsOf = graphql(`
  query CheckIncidentsOf($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    checkIncidents(first: 50, checkId: $id, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      nodes { id severity message openedAt closedAt behind isAcknowledged note }
    }
  }
`);
const CauseOf = graphql(`
  query CheckCause($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    check(id: $id, minPosition: $minPosition, asOf: $asOf) { id name message }
  }
`);

type Incident = ResultOf<typeof IncidentsOf>["checkIncidents"]["nodes"][number];

/** How many are shown before somebody wants all. */
const SHOWN = 3;

/** What was wrong, the newest first: each as a chain from its cause. */
export function Incidents({ check }: { check: WholeCheck }) {
  const { data, problem, refetch } = useLive(IncidentsOf, { id: check.id }, [check.id]);
  const [isAll, setAll] = useState(false);
  const incidents = data?.checkIncidents.nodes ?? [];
  const total = data?.checkIncidents.totalCount ?? 0;
  return (
    <section className="panel check-panel" aria-labelledby="happened">
      <div className="hd">
        <h2 id="happened">What happened</h2>
        {data !== undefined && (
          <span className="s">
            {total === 0 ? "nothing was ever wrong" : `${number(total)} incident${total === 1 ? "" : "s"}`}
          </span>
        )}
      </div>
      {problem !== undefined && data === undefined && <Failed problem={problem} onRetry={refetch} />}
      {problem === undefined && data === undefined && <Loading rows={2} />}
      {(isAll ? incidents : incidents.slice(0, SHOWN)).map((incident) => (
        <OfIncident key={incident.id} incident={incident} check={check} />
      ))}
      {!isAll && incidents.length > SHOWN && (
        <Button small look="bare" onClick={() => setAll(true)}>
          Show those before
        </Button>
      )}
    </section>
  );
}

function OfIncident({ incident, check }: { incident: Incident; check: WholeCheck }) {
  const { severity, message, openedAt, closedAt, behind, isAcknowledged, note } = incident;
  const { isPast } = useTense();
  const isOpen = closedAt === null;
  const next = isOpen && !isPast && !check.isPaused ? check.nextRunAt : null;
  const lasted = (closedAt === null ? Date.now() : Date.parse(closedAt)) - Date.parse(openedAt);
  return (
    <section aria-label={`Incident of ${moment(openedAt)}`} className="check-incident">
      <Spine margin="times">
        {behind !== null && <Cause id={behind} openedAt={openedAt} />}
        <Event
          time={marginTime(openedAt)}
          dateTime={openedAt}
          first={behind === null}
          last={!isAcknowledged && next === null && isOpen}
          node={<StateGlyph is="failed" />}
        >
          <Said evidence={`${moment(openedAt)}. ${SEVERITIES[severity].word}.`}>
            {behind === null ? "" : "So this failed: "}
            {sentence(message)}
          </Said>
        </Event>
        {isAcknowledged && (
          <Event last={next === null && isOpen} node={<Glyph name="user" tone="quiet" />}>
            <Said evidence={note === null ? undefined : `“${note}”`}>Somebody knows of it.</Said>
          </Event>
        )}
        {closedAt !== null && (
          <Event time={marginTime(closedAt)} dateTime={closedAt} last node={<StateGlyph is="kept" />}>
            <Said evidence={`${moment(closedAt)}, after ${span(lasted)}`}>It was over.</Said>
          </Event>
        )}
        {next !== null && (
          <Event time={marginTime(next)} dateTime={next} tense="next" last node={<StateGlyph is="next" />}>
            <Said>Looked at again.</Said>
          </Event>
        )}
      </Spine>
    </section>
  );
}

/** The check because of which another one failed. */
function Cause({ id, openedAt }: { id: string; openedAt: string }) {
  const { data } = useLive(CauseOf, { id }, [id]);
  const cause = data?.check;
  return (
    <Event time={marginTime(openedAt)} dateTime={openedAt} first node={<StateGlyph is="failed" />}>
      <Said evidence="Who is told of that is not told of this, too.">
        <ThingLink id={id} href={`/checks/${id}`}>
          {cause?.name ?? "A check that is there no more"}
        </ThingLink>{" "}
        was failing.
      </Said>
    </Event>
  );
}
