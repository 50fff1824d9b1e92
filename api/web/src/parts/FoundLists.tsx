import { useState } from "react";

import { useAct } from "../client/act";
import { graphql, type VariablesOf } from "../client/graphql";
import { Button } from "./Button";
import { Picture } from "./Picture";
import { State } from "./State";
import { Refused } from "./states";
import { ThingLink } from "./ThingLink";
import type { Preview } from "./use-preview";

export const Follow = graphql(`
  mutation Follow($url: String!, $keep: PlaylistKeep!, $quality: String!, $timing: ScheduleTiming!) {
    playlistFollow(input: { url: $url, keep: $keep, quality: $quality, refreshTiming: $timing }) {
      position
      playlist {
        id
      }
      userErrors {
        code
        message
        advice
        retryable
      }
    }
  }
`);

/** How a list is followed. */
interface How {
  keep: "NEW" | "ALL";
  quality: string;
  timing: VariablesOf<typeof Follow>["timing"];
  /** Why nothing can be done just now. */
  off: string | undefined;
}

interface Props extends How {
  preview: Preview;
}

/** The lists in a list, as the tabs of a channel are: each can be followed by itself. */
export function FoundLists({ preview: { id, lists }, ...how }: Props) {
  if (lists.length === 0) {
    return null;
  }
  return (
    <>
      <p className="looked s q">Or follow no more than what you want of it:</p>
      <ol className="followed" aria-label="The lists in it">
        {lists.map((list, place) => (
          <FoundList key={list.url} picture={`${id}/list/${place}`} list={list} {...how} />
        ))}
      </ol>
    </>
  );
}

interface ListProps extends How {
  picture: string;
  list: Preview["lists"][number];
}

function FoundList({ picture, list: { title, url }, keep, quality, timing, off }: ListProps) {
  const [playlistId, setPlaylistId] = useState<string>();
  const follow = useAct(Follow);
  const name = title ?? url;
  return (
    <li>
      <Picture id={picture} className="th sm" />
      <span className="grow cut" title={url}>
        {playlistId === undefined ? name : <ThingLink id={playlistId}>{name}</ThingLink>}
        <Refused problem={follow.problem} />
      </span>
      {playlistId === undefined ? (
        <Button
          small
          icon="plus"
          off={off}
          running={follow.isRunning && "Following…"}
          aria-label={`Follow ${name}`}
          onClick={async () => {
            const answer = await follow.run({ url, keep, quality, timing });
            setPlaylistId(answer?.playlistFollow.playlist?.id);
          }}
        >
          Follow
        </Button>
      ) : (
        <State is="moving" badge>
          Following
        </State>
      )}
    </li>
  );
}
