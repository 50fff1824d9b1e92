import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { State } from "../../parts/State";
import { DELIVERIES } from "./delivery";

const DeliveryOf = graphql(`
  query DeliveryOf($id: ID!, $minPosition: Position) {
    delivery(id: $id, minPosition: $minPosition) { id state reason }
  }
`);

/** What became of one message, as it comes to be known. */
export function DeliveryState({ id }: { id: string }) {
  const { data } = useLive(DeliveryOf, { id }, ["delivery"]);
  const delivery = data?.delivery;
  if (delivery == null) {
    return null;
  }
  const [is, word] = DELIVERIES[delivery.state];
  return (
    <p role="status" className="s">
      <State is={is}>
        {delivery.state === "SENT"
          ? "The test arrived there"
          : delivery.state === "FAILED"
            ? "The test did not arrive"
            : word}
      </State>{" "}
      {delivery.reason !== null && <span className="q text">{sentence(delivery.reason)}</span>}
    </p>
  );
}
