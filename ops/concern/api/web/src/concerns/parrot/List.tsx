import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useCrumbs } from "../../frame/Crumbs";
import { count } from "../../parts/format";
import { Empty, Failed, Loading } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";

const Parrots = graphql(`
  query ParrotList($minPosition: Position, $asOf: AsOfInput) {
    parrots(first: 100, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        text
        letters
      }
    }
  }
`);

/** Texts that were or will be repeated. */
export function List() {
  useCrumbs({ name: "Parrots" });
  const { data, problem, isLoading, refetch } = useLive(Parrots, {}, ["parrot"]);
  return (
    <main id="main">
      {isLoading && <Loading />}
      {problem !== undefined && <Failed problem={problem} onRetry={refetch} />}
      {data?.parrots.nodes.length === 0 && <Empty title="Nothing is to be repeated." />}
      <ul>
        {data?.parrots.nodes.map(({ id, text, letters }) => (
          <li key={id}>
            <ThingLink id={id}>{text}</ThingLink>
            {letters !== null && <span className="qq"> {count(letters, "letter")}</span>}
          </li>
        ))}
      </ul>
    </main>
  );
}
