import { Close, Content, Portal, Root, Title } from "@radix-ui/react-dialog";
import { List, Content as Panel, Root as Tabs, Trigger } from "@radix-ui/react-tabs";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useRef, useState } from "react";

import { graphql } from "../client/graphql";
import { useLive } from "../client/live";
import { NAMELESS } from "../client/session";
import { type EverySearch, useTense } from "../client/tense";
import { Button, IconButton } from "../parts/Button";
import { Copy } from "../parts/Copy";
import { Picture } from "../parts/Picture";
import { kindOf, things } from "../rooms";
import { History } from "./History";
import { Raw } from "./Raw";
import { Why } from "./Why";

const ThingName = graphql(`
  query ThingName($id: String!, $asOf: AsOfInput) {
    resolve(text: $id, asOf: $asOf) {
      id
      name
      address
    }
  }
`);

const TABS = ["now", "why", "history", "raw"] as const;

/** The drawer on whatever the address says is open (`?open=`): now, why, history, raw. */
export function Drawer() {
  const { open } = useSearch({ strict: false }) as EverySearch;
  const shown = useRef<string>(undefined);
  const opener = useRef<Element>(null);
  if (shown.current !== open) {
    shown.current = open;
    // A link within the drawer goes with what it stood in: what opened it first is returned to.
    if (open !== undefined && !document.activeElement?.closest(".drawer")) {
      opener.current = document.activeElement;
    }
  }
  const close = useCallback(() => {
    if (shown.current === undefined && opener.current instanceof HTMLElement) {
      opener.current.focus();
    }
  }, []);
  return open === undefined ? null : <OpenDrawer key={open} id={open} onClosed={close} />;
}

interface Props {
  id: string;
  /** It is gone from the page; another thing may have come in its place. */
  onClosed(): void;
}

function OpenDrawer({ id, onClosed }: Props) {
  const { tab } = useSearch({ strict: false }) as EverySearch;
  const { isPast } = useTense();
  const navigate = useNavigate();
  const thing = things.get(kindOf(id));
  const { data } = useLive(ThingName, { id }, [id]);
  const named = data?.resolve.find((found) => found.id === id);
  // A drawer is of one thing and of no other, so that it has this hook always or never.
  const own = thing?.useTitle?.(id);
  const title =
    own ??
    (named?.name === "" ? NAMELESS : named?.name) ??
    named?.address ??
    thing?.word ??
    words(kindOf(id));
  const shown = TABS.find((known) => known === tab) ?? (thing === undefined ? "why" : "now");
  const [count, setCount] = useState<number>();

  const show = (change: Partial<EverySearch>) =>
    void navigate({
      to: ".",
      search: (before: Record<string, unknown>) => ({ ...before, ...change }),
      replace: true,
    });

  return (
    <Root open modal={false} onOpenChange={() => show({ open: undefined, tab: undefined })}>
      <Portal>
        <Content
          className="drawer"
          aria-describedby={undefined}
          // Readers are told what has opened; no single button of it is meant.
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (event.currentTarget as HTMLElement).focus();
          }}
          // The page beside it goes on being used.
          onInteractOutside={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            onClosed();
          }}
        >
          <Tabs value={shown} onValueChange={(value) => show({ tab: value })} className="drawer-tabs">
            <div className="dh">
              <div className="drawer-head">
                <Picture id={id} />
                <div className="grow">
                  <p className="drawer-state">
                    <span className="s qq">{thing?.word ?? words(kindOf(id))}</span>
                  </p>
                  <Title asChild>
                    <h2>{title}</h2>
                  </Title>
                </div>
                <Close asChild>
                  <IconButton icon="x" label="Close" />
                </Close>
              </div>
              <List className="tabs" aria-label={`About ${title}`}>
                {thing !== undefined && <Trigger value="now">{isPast ? "Then" : "Now"}</Trigger>}
                <Trigger value="why">Why</Trigger>
                <Trigger value="history">
                  History{count !== undefined && <span className="qq">{count}</span>}
                </Trigger>
                <Trigger value="raw">Raw</Trigger>
              </List>
            </div>
            {thing !== undefined && (
              <Panel value="now" className="body">
                <thing.Now id={id} />
              </Panel>
            )}
            <Panel value="why" className="body">
              <Why id={id} />
            </Panel>
            <Panel value="history" className="body">
              <History id={id} onCount={setCount} />
            </Panel>
            <Panel value="raw" className="body">
              <Raw id={id} />
            </Panel>
          </Tabs>
          <Foot id={id} isPast={isPast} onNow={() => show({ at: undefined } as Partial<EverySearch>)} />
        </Content>
      </Portal>
    </Root>
  );
}

function Foot({ id, isPast, onNow }: { id: string; isPast: boolean; onNow(): void }) {
  const thing = things.get(kindOf(id));
  const href = thing?.href?.(id);
  const navigate = useNavigate();
  return (
    <div className="df">
      {href !== undefined && (
        <Button
          small
          icon="out"
          onClick={() =>
            void navigate({ to: href, search: (before: Record<string, unknown>) => ({ at: before.at }) })
          }
        >
          Open
        </Button>
      )}
      <Copy isBare icon="link" text={() => location.href}>
        Copy link
      </Copy>
      <span className="grow" />
      {isPast && (
        <Button small look="bare" onClick={onNow}>
          Show as it is now
        </Button>
      )}
    </div>
  );
}

/** A kind of thing in words, where no concern says them. */
function words(kind: string): string {
  if (kind === "principal") {
    return "User";
  }
  const text = kind.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
