import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { count, moment, number } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { DELIVERIES } from "./delivery";

const DeliveriesOf = graphql(`
  query DeliveriesOf($after: String, $minPosition: Position, $asOf: AsOfInput) {
    deliveries(first: 20, after: $after, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id channel title state queuedAt dueAt tries reason endedAt }
    }
  }
`);
const RetryDelivery = graphql(`
  mutation RetryDelivery($ids: [ID!]!) {
    deliveryRetry(input: { ids: $ids }) { position userErrors { code message advice retryable } }
  }
`);

type Delivery = ResultOf<typeof DeliveriesOf>["deliveries"]["nodes"][number];

/** What was sent, or is to be, and what became of it. */
export function Outbox() {
  const { rows, totalCount, problem, isLoading, more, refetch } = usePages(
    DeliveriesOf,
    {},
    ["delivery"],
    (data) => data.deliveries,
  );
  if (isLoading) {
    return <Loading rows={2} />;
  }
  if (problem !== undefined && rows.length === 0) {
    return <Failed problem={problem} title="What was sent could not be read." onRetry={refetch} />;
  }
  if (rows.length === 0) {
    return null;
  }
  return (
    <section aria-labelledby="outbox">
      <h2 id="outbox" className="under-head">
        What was sent
      </h2>
      <ul className="rows">
        {rows.map((delivery) => (
          <DeliveryRow key={delivery.id} delivery={delivery} />
        ))}
      </ul>
      {more !== undefined && (
        <Button small look="bare" onClick={more}>
          Show more: {number(rows.length)} of {number(totalCount ?? rows.length)} are shown
        </Button>
      )}
    </section>
  );
}

function DeliveryRow({ delivery }: { delivery: Delivery }) {
  const { id, channel, title, state, queuedAt, dueAt, tries, reason, endedAt } = delivery;
  const may = useMay("notify");
  const retry = useAct(RetryDelivery);
  const [is, word] = DELIVERIES[state];
  return (
    <li className="opens">
      <div className="grow">
        <ThingLink id={id} className="plain">
          {title}
        </ThingLink>
        <p className="s q text">
          <State is={is}>{word}</State> To {channel}, {moment(endedAt ?? queuedAt)}
          {tries > 1 && `, tried ${count(tries, "time")}`}
          {dueAt !== null && `, next ${moment(dueAt)}`}. {reason !== null && sentence(reason)}
          {state === "UNSURE" && " Sent again, it may arrive twice."}
        </p>
        <Refused problem={retry.problem} />
      </div>
      {may.isShown && (state === "FAILED" || state === "UNSURE" || state === "SKIPPED") && (
        <span className="row-acts">
          <Button
            small
            off={may.off}
            running={retry.isRunning && "Sending…"}
            aria-label={`Send again to ${channel}: ${title}`}
            onClick={() => void retry.run({ ids: [id] })}
          >
            Send again
          </Button>
        </span>
      )}
    </li>
  );
}
