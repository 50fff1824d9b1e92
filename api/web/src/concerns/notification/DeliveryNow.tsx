import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { count, moment } from "../../parts/format";
import { State } from "../../parts/State";
import { Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { DELIVERIES } from "./delivery";

const MessageOf = graphql(`
  query MessageOf($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    delivery(id: $id, minPosition: $minPosition, asOf: $asOf) {
      channel title state queuedAt dueAt tries reason endedAt notification { id title }
    }
  }
`);

/** A message in its drawer: what was sent where, and what became of it. */
export function DeliveryNow({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(MessageOf, { id }, ["delivery"]);
  const delivery = data?.delivery;
  if (isLoading) {
    return <Loading />;
  }
  if (delivery == null) {
    return problem === undefined ? (
      <p className="q">It was not sent yet.</p>
    ) : (
      <Failed problem={problem} onRetry={refetch} />
    );
  }
  const [is, word] = DELIVERIES[delivery.state];
  return (
    <div className="stack">
      <p>
        <State is={is}>{word}</State>
      </p>
      <p className="b">{delivery.title}</p>
      <p className="q">
        To {delivery.channel},{" "}
        {delivery.endedAt === null ? `since ${moment(delivery.queuedAt)}` : moment(delivery.endedAt)}
        {delivery.tries > 0 && `, tried ${count(delivery.tries, "time")}`}
        {delivery.dueAt !== null && `, next ${moment(delivery.dueAt)}`}.
      </p>
      {delivery.reason !== null && <p>{sentence(delivery.reason)}</p>}
      {delivery.notification !== null && (
        <p>
          The notice: <ThingLink id={delivery.notification.id}>{delivery.notification.title}</ThingLink>
        </p>
      )}
    </div>
  );
}
