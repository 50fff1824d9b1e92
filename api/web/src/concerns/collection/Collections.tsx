import { type FormEvent, useRef, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { usePages } from "../../client/pages";
import { useCrumbs } from "../../frame/Crumbs";
import { Button } from "../../parts/Button";
import { count, moment } from "../../parts/format";
import { LibraryTabs } from "../../parts/LibraryTabs";
import { Cover } from "../../parts/Picture";
import { useRowKeys } from "../../parts/row-keys";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";

const CollectionsOf = graphql(`
  query Collections($after: String, $minPosition: Position, $asOf: AsOfInput) {
    collections(first: 50, after: $after, minPosition: $minPosition, asOf: $asOf) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        name
        entryCount
        createdAt
        entries(first: 4) {
          nodes {
            thingId
          }
        }
      }
    }
  }
`);
const Create = graphql(`
  mutation CollectionCreate($name: String!) {
    collectionCreate(input: { name: $name }) {
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

/** Lists of one's own, which nobody else sees. */
export function Collections() {
  useCrumbs({ name: "Library", to: "/library" }, { name: "Collections" });
  const may = useMay("collect");
  const { rows, totalCount, problem, isLoading, more, refetch } = usePages(
    CollectionsOf,
    {},
    ["collection"],
    (data) => data.collections,
  );
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  return (
    <main id="main" ref={box}>
      <h1 className="sr">Library: collections</h1>
      <div className="tools lib-tools">
        <LibraryTabs />
      </div>
      {may.isShown && <New off={may.off} />}
      {isLoading && <Loading rows={4} />}
      {problem !== undefined && rows.length === 0 && <Failed problem={problem} onRetry={refetch} />}
      {totalCount === 0 && (
        <Empty title="You have no collections yet.">
          A collection is a list of your own, in the order that you give it. Nobody else sees it.
        </Empty>
      )}
      <ul className="lists">
        {rows.map((collection) => {
          const ids = collection.entries.nodes.map(({ thingId }) => thingId);
          return (
            <li key={collection.id}>
              <ThingLink id={collection.id} href={`/library/collections/${collection.id}`} className="row">
                <Cover ids={ids.length === 0 ? [collection.id] : ids} small />
                <span className="two name">{collection.name}</span>
              </ThingLink>
              <span className="q">{count(collection.entryCount, "entry", "entries")}</span>
              <span className="s qq">made {moment(collection.createdAt)}</span>
            </li>
          );
        })}
      </ul>
      {more !== undefined && (
        <button type="button" className="more" onClick={more}>
          More collections
        </button>
      )}
    </main>
  );
}

function New({ off }: { off: string | undefined }) {
  const [name, setName] = useState("");
  const create = useAct(Create);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && off === undefined && (await create.run({ name: name.trim() })) !== null) {
      setName("");
    }
  };
  return (
    <form className="tools" onSubmit={(event) => void submit(event)}>
      <span className="field search-field">
        <input
          aria-label="Name of a new collection"
          placeholder="Name of a new collection"
          value={name}
          maxLength={200}
          onChange={({ target }) => setName(target.value)}
        />
      </span>
      <Button
        type="submit"
        icon="plus"
        off={off ?? (name.trim() === "" ? "A collection needs a name." : undefined)}
        running={create.isRunning && "Making…"}
      >
        Make
      </Button>
      <Refused problem={create.problem} />
    </form>
  );
}
