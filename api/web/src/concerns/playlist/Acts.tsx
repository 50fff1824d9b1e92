import { useNavigate } from "@tanstack/react-router";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button, IconButton } from "../../parts/Button";
import { Menu, MenuItem, MenuLine } from "../../parts/Menu";
import { Refused } from "../../parts/states";
import { usePlanMaker } from "../plan/maker";
import type { ListShown } from "./use-list";

const Refresh = graphql(`
  mutation ListRefresh($id: ID!) {
    playlistRefresh(input: { id: $id }) {
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
const FollowAgain = graphql(`
  mutation ListFollowAgain($url: String!, $keep: PlaylistKeep!, $quality: String) {
    playlistFollow(input: { url: $url, keep: $keep, quality: $quality }) {
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
const Unfollow = graphql(`
  mutation ListUnfollow($id: ID!) {
    playlistUnfollow(input: { id: $id }) {
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
const KeepAll = graphql(`
  mutation ListKeep($id: ID!, $quality: String!) {
    downloadStart(input: { target: { playlistId: $id }, quality: $quality }) {
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
const SchedulePause = graphql(`
  mutation ListSchedulePause($id: ID!) {
    schedulePause(input: { id: $id }) {
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
const ScheduleResume = graphql(`
  mutation ListScheduleResume($id: ID!) {
    scheduleResume(input: { id: $id }) {
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
const SchedulesOf = graphql(`
  query ListSchedules($asOf: AsOfInput) {
    schedules(first: 200, asOf: $asOf) {
      nodes {
        id
        isPaused
        nextRunAt
        command {
          name
          arguments
        }
      }
    }
  }
`);

export const QUALITIES = [
  { value: "best", word: "The best there is" },
  { value: "1080p", word: "Up to 1080p" },
  { value: "720p", word: "Up to 720p" },
  { value: "audio", word: "Sound only" },
] as const;

/** What can be done with a list; each act only for whoever may do it. */
export function Acts({ list }: { list: ListShown }) {
  const follow = useMay("follow");
  const download = useMay("download");
  const remove = useMay("delete");
  const plan = useMay("schedule");
  const refresh = useAct(Refresh);
  const again = useAct(FollowAgain);
  const end = useAct(Unfollow);
  const keep = useAct(KeepAll);
  const pause = useAct(SchedulePause);
  const resume = useAct(ScheduleResume);
  const maker = usePlanMaker();
  const navigate = useNavigate();
  const schedule = useScheduleOf(list.id);
  const isUnlisted = list.url === "";
  const problem =
    refresh.problem ??
    again.problem ??
    end.problem ??
    keep.problem ??
    pause.problem ??
    resume.problem ??
    maker.problem;

  if (!follow.isShown && !download.isShown && !remove.isShown) {
    return null;
  }
  return (
    <div className="stack">
      <div className="acts">
        {schedule !== undefined && plan.isShown && (
          <Button
            small
            icon={schedule.isPaused ? "play" : "pause"}
            off={plan.off}
            running={(pause.isRunning || resume.isRunning) && "One moment…"}
            onClick={() => void (schedule.isPaused ? resume : pause).run({ id: schedule.id })}
          >
            {schedule.isPaused ? "Go on" : "Pause"}
          </Button>
        )}
        {follow.isShown && !isUnlisted && (
          <Button
            small
            icon="refresh"
            off={follow.off}
            running={refresh.isRunning && "Refreshing…"}
            onClick={() => void refresh.run({ id: list.id })}
          >
            Refresh
          </Button>
        )}
        <Menu
          items={
            <>
              {download.isShown &&
                QUALITIES.map(({ value, word }) => (
                  <MenuItem
                    key={value}
                    icon="plus"
                    disabled={download.off !== undefined}
                    onSelect={() => void keep.run({ id: list.id, quality: value })}
                  >
                    Keep all: {word.toLowerCase()}
                  </MenuItem>
                ))}
              {!isUnlisted && follow.isShown && (
                <>
                  <MenuLine />
                  {list.followed ? (
                    <MenuItem icon="x" onSelect={() => void end.run({ id: list.id })}>
                      Unfollow, keep the files
                    </MenuItem>
                  ) : (
                    <MenuItem
                      icon="plus"
                      onSelect={() =>
                        void again.run({ url: list.url, keep: list.keep, quality: list.keepQuality })
                      }
                    >
                      Follow
                    </MenuItem>
                  )}
                  {remove.isShown && list.followed && (
                    <MenuItem
                      icon="trash"
                      onSelect={async () => {
                        const made = await maker.make({ unfollow: list.id });
                        if (made !== null) {
                          void navigate({ to: `/library/plans/${made}` });
                        }
                      }}
                    >
                      Unfollow with its files…
                    </MenuItem>
                  )}
                </>
              )}
            </>
          }
        >
          <IconButton icon="more" label="More for this list" />
        </Menu>
      </div>
      <Refused problem={problem} />
    </div>
  );
}

/** The schedule that refreshes this list, if one does. */
function useScheduleOf(playlistId: string) {
  const { data } = useLive(SchedulesOf, {}, ["schedule"]);
  return data?.schedules.nodes.find(
    ({ command }) =>
      command.name === "playlist.refresh" && JSON.stringify(command.arguments).includes(playlistId),
  );
}
