import { useMay } from "../../client/act";
import { address } from "../../client/base";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { Copy } from "../../parts/Copy";
import { Opened } from "../../parts/Opened";
import { Failed } from "../../parts/states";

const RunHookOf = graphql(`query RunHookOf($id: ID!) { checkRunHook(id: $id) { path secret } }`);

/** Where a signed webhook has it looked at, once somebody wants to know: the secret is for whoever sets that up. */
export function Webhook({ id }: { id: string }) {
  const { isPast } = useTense();
  const may = useMay("check");
  if (isPast || !may.isShown) {
    return null;
  }
  return (
    <section className="check-webhook">
      <h2>By a webhook</h2>
      <Opened name="Where a webhook has it looked at">
        <Address id={id} />
      </Opened>
    </section>
  );
}

function Address({ id }: { id: string }) {
  const { data, problem, refetch } = useLive(RunHookOf, { id }, []);
  if (problem !== undefined) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  const hook = data?.checkRunHook;
  if (hook == null) {
    return null;
  }
  const where = address(hook.path.replace(/^\//, ""));
  return (
    <>
      <pre className="proof">{where}</pre>
      <p className="q">
        Signed by this secret as Standard Webhooks has it or GitHub, or with it as the token of GitLab. Its
        program has what the body says it is for as <span className="proof">MEDIARY_REFERENCE</span>.
      </p>
      <p className="save-line">
        <Copy text={where}>Copy the address</Copy>
        <Copy text={hook.secret}>Copy the secret</Copy>
      </p>
    </>
  );
}
