import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Menu, MenuItem, MenuLine } from "../../parts/Menu";
import { Refused } from "../../parts/states";
import type { Check } from "./check";

const SnoozeCheck = graphql(`
  mutation SnoozeCheck($id: ID!, $until: DateTime) {
    checkSnooze(input: { id: $id, until: $until }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

const HOUR_MS = 3_600_000;
const WHILES: readonly [word: string, ms: number][] = [
  ["For an hour", HOUR_MS],
  ["For 8 hours", 8 * HOUR_MS],
  ["For a day", 24 * HOUR_MS],
  ["For a week", 7 * 24 * HOUR_MS],
];

/** Tells nobody of it for a while; what is found is recorded all the same. */
export function Snooze({
  check: { id, name, snoozedUntil },
}: {
  check: Pick<Check, "id" | "name" | "snoozedUntil">;
}) {
  const may = useMay("check");
  const act = useAct(SnoozeCheck);
  if (!may.isShown) {
    return null;
  }
  const isSnoozed = snoozedUntil !== null && Date.parse(snoozedUntil) > Date.now();
  const run = (until: string | null) => void act.run({ id, until });
  return (
    <>
      <Menu
        items={
          <>
            {isSnoozed && (
              <>
                <MenuItem onSelect={() => run(null)}>Tell of it again from now on</MenuItem>
                <MenuLine />
              </>
            )}
            {WHILES.map(([word, ms]) => (
              <MenuItem key={word} onSelect={() => run(new Date(Date.now() + ms).toISOString())}>
                {word}
              </MenuItem>
            ))}
          </>
        }
      >
        <Button small look="bare" off={may.off} aria-label={`Snooze: ${name}`}>
          Snooze
        </Button>
      </Menu>
      <Refused problem={act.problem} />
    </>
  );
}
