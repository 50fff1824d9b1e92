import { Link } from "@tanstack/react-router";

import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { sentence } from "../client/problem";
import { count } from "../parts/format";
import { Strip } from "../parts/Strip";
import { ThingLink } from "../parts/ThingLink";
import { rooms } from "../rooms";

const OpenIncidents = graphql(`
  query OpenIncidents($minPosition: Position, $asOf: AsOfInput) {
    notifications(first: 100, filter: { resolved: false }, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        title
        body
        severity
        subjectId
      }
    }
  }
`);

const RANK = { URGENT: 3, ERROR: 2, WARNING: 1, INFO: 0 } as const;

/** The worst of what is wrong, as one strip; nothing where nothing is wrong. */
export function Incidents() {
  const { data } = useLive(OpenIncidents, {}, ["notification"]);
  const open = (data?.notifications.nodes ?? []).filter(({ severity }) => RANK[severity] >= RANK.ERROR);
  const [worst, ...others] = [...open].sort((one, other) => RANK[other.severity] - RANK[one.severity]);
  if (worst === undefined) {
    return null;
  }
  const notices = rooms.find(({ path }) => path === "/notifications");
  return (
    <Strip
      tone="bad"
      title={worst.title}
      acts={
        <>
          <ThingLink id={worst.subjectId} tab="why" className="btn small bare">
            Why
          </ThingLink>
          {notices === undefined ? (
            <ThingLink id={worst.subjectId} className="btn small">
              Open
            </ThingLink>
          ) : (
            <Link to={notices.path} className="btn small">
              Open
            </Link>
          )}
        </>
      }
    >
      {worst.body !== null && sentence(worst.body)}
      {others.length > 0 && ` And ${count(others.length, "more thing")}.`}
    </Strip>
  );
}
