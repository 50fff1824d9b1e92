import { useMay } from "../../client/act";
import { address } from "../../client/base";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { Copy } from "../../parts/Copy";

const PushPath = graphql(`query PushPath($id: ID!) { checkPushPath(id: $id) }`);

/** Where a check reports that reports by itself: whoever has the address may. */
export function Reports({ id }: { id: string }) {
  const { isPast } = useTense();
  const may = useMay("check");
  const { data } = useLive(PushPath, { id }, [], { pause: isPast || !may.isShown });
  const path = data?.checkPushPath;
  if (path == null) {
    return null;
  }
  const where = address(path.replace(/^\//, ""));
  return (
    <section className="check-reports">
      <h2>Where it reports</h2>
      <p className="q">
        Whoever sends something there says that all is well; with <span className="proof">/fail</span>,{" "}
        <span className="proof">/start</span> or an exit code behind it, what that says. Keep it as you would
        keep a password.
      </p>
      <pre className="proof">curl -fsS "{where}/$?"</pre>
      <p className="q">
        With <span className="proof">/ci</span> behind it, it takes the webhook of a CI service. Lines such as{" "}
        <span className="proof">{'{"name": "files", "value": 7}'}</span> in what is sent are its numbers.
      </p>
      <Copy text={where}>Copy the address</Copy>
    </section>
  );
}
