import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { IconButton } from "../../parts/Button";
import { length, moment } from "../../parts/format";
import { Picture } from "../../parts/Picture";
import { State } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import "../../parts/library.css";

const RowsOf = graphql(`
  query CollectionRows($id: ID!, $after: String, $minPosition: Position, $asOf: AsOfInput) {
    collection(id: $id, minPosition: $minPosition, asOf: $asOf) {
      entries(first: 100, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        nodes {
          id
          thingId
          title
          addedAt
          isThere
          file {
            id
            itemId
            durationMs
          }
        }
      }
    }
  }
`);
const Move = graphql(`
  mutation CollectionMove($id: ID!, $entryId: ID!, $to: CollectionSpot!) {
    collectionMove(input: { id: $id, entryId: $entryId, to: $to }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);
const Remove = graphql(`
  mutation CollectionRemove($id: ID!, $entryId: ID!) {
    collectionRemove(input: { id: $id, ids: [$entryId] }) {
      position
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

type RowShown = NonNullable<ResultOf<typeof RowsOf>["collection"]>["entries"]["nodes"][number];

/** The rows of a collection, in their order, which one changes row by row. */
export function Rows({ id }: { id: string }) {
  const { rows, totalCount, problem, isLoading, more, refetch } = usePages(
    RowsOf,
    { id },
    [id, "file"],
    (data) => data.collection?.entries,
  );
  const may = useMay("collect");
  const move = useAct(Move);
  const remove = useAct(Remove);
  if (isLoading) {
    return <Loading rows={5} />;
  }
  if (problem !== undefined && rows.length === 0) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (totalCount === 0) {
    return (
      <Empty title="This collection is empty.">
        Open a file and choose Collect; what you put in stays, even if its file goes.
      </Empty>
    );
  }
  return (
    <>
      <Refused problem={move.problem ?? remove.problem} />
      <ol className="lists collected">
        {rows.map((row, index) => {
          const before = rows[index - 1];
          const after = rows[index + 1];
          return (
            <li key={row.id}>
              <Name row={row} />
              <span className="s q">
                {row.isThere ? (
                  row.file !== null && length(row.file.durationMs)
                ) : (
                  <State is="gone">Not in the library</State>
                )}
                <span className="block qq">added {moment(row.addedAt)}</span>
              </span>
              {may.isShown && may.off === undefined && (
                <span className="acts">
                  {before !== undefined && (
                    <IconButton
                      icon="top"
                      label={`Move ${row.title} up`}
                      onClick={() => void move.run({ id, entryId: row.id, to: { before: before.id } })}
                    />
                  )}
                  {after !== undefined && (
                    <IconButton
                      icon="down"
                      label={`Move ${row.title} down`}
                      onClick={() => void move.run({ id, entryId: row.id, to: { after: after.id } })}
                    />
                  )}
                  <IconButton
                    icon="x"
                    label={`Remove ${row.title} from this collection`}
                    onClick={() => void remove.run({ id, entryId: row.id })}
                  />
                </span>
              )}
            </li>
          );
        })}
      </ol>
      {more !== undefined && (
        <button type="button" className="more" onClick={more}>
          More rows
        </button>
      )}
    </>
  );
}

function Name({ row }: { row: RowShown }) {
  const inside = (
    <>
      <Picture id={row.file?.itemId ?? row.thingId} className="th sm" />
      <span className="two name">{row.title}</span>
    </>
  );
  return row.file === null ? (
    <ThingLink id={row.thingId} tab="why" className="row">
      {inside}
    </ThingLink>
  ) : (
    <ThingLink id={row.file.id} className="row">
      {inside}
    </ThingLink>
  );
}
