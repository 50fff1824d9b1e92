import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { size } from "../../parts/format";
import { Opened } from "../../parts/Opened";
import { useFresh } from "./use-fresh";

const CheckLogOf = graphql(`
  query CheckLogOf($id: ID!) {
    checkLog(id: $id) { leftOut text open }
  }
`);

/** How often what a program writes is read on while it runs and somebody looks at it. */
const PROGRAM_MS = 1_000;
/** How often it is asked whether there is a newer look. */
const IDLE_MS = 10_000;

/** What the program of the last look wrote, once somebody wants to see it. */
export function Log({ id }: { id: string }) {
  const { isPast } = useTense();
  const may = useMay("check");
  if (isPast || !may.isShown) {
    return null;
  }
  return (
    <section className="check-log">
      <h2>Its program</h2>
      <Opened name="What it wrote in its last look">
        <Written id={id} />
      </Opened>
    </section>
  );
}

/** What the program of a look wrote, by the id of the look; of a check, that of its last look. */
export function Written({ id }: { id: string }) {
  const { data, isLoading, refetch } = useLive(CheckLogOf, { id }, [id]);
  useFresh(refetch, data?.checkLog?.open === true ? PROGRAM_MS : IDLE_MS);
  if (isLoading) {
    return null;
  }
  const log = data?.checkLog;
  if (log == null || (log.text === "" && !log.open)) {
    return <p className="q">Nothing, or nothing of it is kept.</p>;
  }
  return (
    <>
      {log.leftOut > 0 && <p className="s qq">{size(log.leftOut)} in the middle are not kept.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard. */}
      <pre className="raw" tabIndex={0}>
        {log.text}
      </pre>
      {log.open && <p className="s q">It is looked at now.</p>}
    </>
  );
}
