import { useState } from "react";

import { useAct } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Menu, MenuItem, MenuLine } from "../../parts/Menu";
import { Refused } from "../../parts/states";

const Names = graphql(`
  query CollectionNames($minPosition: Position, $asOf: AsOfInput) {
    collections(first: 100, orderBy: { field: NAME, direction: ASC }, minPosition: $minPosition, asOf: $asOf) {
      nodes {
        id
        name
      }
    }
  }
`);
const Add = graphql(`
  mutation CollectionAdd($id: ID!, $thingId: ID!) {
    collectionAdd(input: { id: $id, thingIds: [$thingId] }) {
      position
      addedIds
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);
const Favourite = graphql(`
  mutation CollectionFavourite($thingId: ID!) {
    collectionFavourite(input: { thingIds: [$thingId], isFavourite: true }) {
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

/** Puts a file or an item into a collection of one's own. */
export function IntoCollection({ thingId, off }: { thingId: string; off: string | undefined }) {
  const { data } = useLive(Names, {}, ["collection"]);
  const add = useAct(Add);
  const favourite = useAct(Favourite);
  const [into, setInto] = useState<string>();
  const collections = data?.collections.nodes ?? [];
  return (
    <>
      <Menu
        items={
          <>
            <MenuItem
              icon="plus"
              onSelect={async () => {
                if ((await favourite.run({ thingId })) !== null) {
                  setInto("your favourites");
                }
              }}
            >
              Favourites
            </MenuItem>
            {collections.length > 0 && <MenuLine />}
            {collections.map(({ id, name }) => (
              <MenuItem
                key={id}
                icon="plus"
                onSelect={async () => {
                  if ((await add.run({ id, thingId })) !== null) {
                    setInto(name);
                  }
                }}
              >
                {name}
              </MenuItem>
            ))}
          </>
        }
      >
        <Button small icon="plus" off={off} running={(add.isRunning || favourite.isRunning) && "Adding…"}>
          {into === undefined ? "Collect" : `In ${into}`}
        </Button>
      </Menu>
      <Refused problem={add.problem ?? favourite.problem} />
    </>
  );
}
