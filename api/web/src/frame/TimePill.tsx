import { Content, Portal, Root, Trigger } from "@radix-ui/react-popover";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";

import { connection, tryNow } from "../client/connection";
import { useStore } from "../client/store";
import { useTense } from "../client/tense";
import { Button } from "../parts/Button";
import { pillTime } from "../parts/format";
import { Glyph, Icon } from "../parts/Icon";

/** Goes to a moment of the past, or back to now, wherever one is. */
export function useTimeTravel(): (at: string | undefined) => void {
  const navigate = useNavigate();
  return (at) =>
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, at }),
      replace: at === undefined,
    });
}

/** The time pill: live, not connected, or as of a moment. */
export function TimePill() {
  const line = useStore(connection);
  const { isPast, at } = useTense();
  if (isPast && at !== undefined) {
    return <PastPill at={at} />;
  }
  if (line.state === "lost") {
    return <LostPill retryAt={line.retryAt} />;
  }
  return <LivePill isLive={line.state === "live"} />;
}

function LivePill({ isLive }: { isLive: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Root open={isOpen} onOpenChange={setOpen}>
      <Trigger
        className="pill"
        aria-label={isLive ? "Time: live. Choose a moment" : "Connecting. Choose a moment"}
      >
        <span className={isLive ? "live" : "live off"} />
        {isLive ? "Live" : "Connecting"}
      </Trigger>
      <Portal>
        <Content className="pop" align="end" sideOffset={8} collisionPadding={8}>
          <ChooseMoment onChosen={() => setOpen(false)} />
        </Content>
      </Portal>
    </Root>
  );
}

function PastPill({ at }: { at: string }) {
  const [isOpen, setOpen] = useState(false);
  const word = /^\d+$/.test(at) ? `As of event ${Number(at).toLocaleString("en")}` : `As of ${pillTime(at)}`;
  return (
    <Root open={isOpen} onOpenChange={setOpen}>
      <Trigger className="pill was" aria-label={`${word}, read only. Choose another moment`}>
        <Icon name="lock" />
        {word}
      </Trigger>
      <Portal>
        <Content className="pop" align="end" sideOffset={8} collisionPadding={8}>
          <ChooseMoment onChosen={() => setOpen(false)} />
        </Content>
      </Portal>
    </Root>
  );
}

function LostPill({ retryAt }: { retryAt: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retryAt - now) / 1_000));
  return (
    <button type="button" className="pill lost" onClick={tryNow} title="Try now">
      <Glyph name="wait" />
      <span aria-live="polite">{seconds === 0 ? "Trying again" : `Trying again in ${seconds} s`}</span>
    </button>
  );
}

function ChooseMoment({ onChosen }: { onChosen(): void }) {
  const go = useTimeTravel();
  const { isPast } = useTense();
  const [value, setValue] = useState(() => local(new Date(Date.now() - 3_600_000)));
  const moment = new Date(value);
  const isAhead = moment.getTime() > Date.now();

  function choose(event: FormEvent) {
    event.preventDefault();
    if (!Number.isNaN(moment.getTime()) && !isAhead) {
      go(moment.toISOString());
      onChosen();
    }
  }

  return (
    <form onSubmit={choose} className="choose">
      <h2>As it was</h2>
      <p className="q s">Everything is shown as of that moment. Nothing can be done to the past.</p>
      <label className="field">
        <span className="sr">Moment</span>
        <input
          type="datetime-local"
          value={value}
          max={local(new Date())}
          onChange={(event) => setValue(event.target.value)}
        />
      </label>
      <div className="acts">
        <Button look="main" small type="submit" off={isAhead ? "That is not in the past." : undefined}>
          Show that moment
        </Button>
        {isPast && (
          <Button
            small
            onClick={() => {
              go(undefined);
              onChosen();
            }}
          >
            Back to now
          </Button>
        )}
      </div>
    </form>
  );
}

/** A moment as the field of a form has it: on the clock of the browser, to the minute. */
function local(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
