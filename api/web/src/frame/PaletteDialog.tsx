import { Content, Portal, Root, Title } from "@radix-ui/react-dialog";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useDeferredValue, useId, useState } from "react";
import { useQuery } from "urql";

import { graphql } from "../client/graphql";
import { session } from "../client/session";
import { useStore } from "../client/store";
import { concernWords, EventKinds } from "../concerns/event/kinds";
import { Icon } from "../parts/Icon";
import type { IconName } from "../parts/icons";
import { acts, things } from "../rooms";
import { useSeenRooms } from "./Rail";

const Resolve = graphql(`
  query Resolve($text: String!) {
    resolve(text: $text) {
      id
      kind
      name
      address
    }
  }
`);

interface Option {
  key: string;
  icon: IconName;
  name: string;
  note: string;
  go(): void;
}

const SHOWN_MAX = 12;

/** The palette: one field, and beneath it whatever fits. */
export default function PaletteDialog({ onClose }: { onClose(): void }) {
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const list = useId();
  const options = useOptions(text, onClose);
  const at = Math.min(active, options.length - 1);

  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && options.length > 0) {
      event.preventDefault();
      setActive((at + step + options.length) % options.length);
    } else if (event.key === "Enter" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      options[at]?.go();
    }
  }

  return (
    <Root open onOpenChange={onClose}>
      <Portal>
        <div className="scrim" />
        <Content className="palette" aria-describedby={undefined}>
          <Title className="sr">Search or do</Title>
          <div className="field paste">
            <Icon name="search" />
            <input
              role="combobox"
              aria-label="Search or do"
              aria-expanded={options.length > 0}
              aria-controls={list}
              aria-activedescendant={options.length > 0 ? `${list}-${at}` : undefined}
              placeholder="Search or do, or paste an address"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKey}
            />
            <kbd>Esc</kbd>
          </div>
          <div role="listbox" id={list} aria-label="What fits" className="options">
            {options.map((option, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys of its list.
              <div
                key={option.key}
                id={`${list}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === at}
                className="option"
                onPointerMove={() => setActive(index)}
                onClick={option.go}
              >
                <Icon name={option.icon} />
                <span className="grow cut">{option.name}</span>
                <span className="s qq cut note" title={option.note}>
                  {option.note}
                </span>
              </div>
            ))}
          </div>
          {options.length === 0 && <p className="q s none">Nothing here is called so.</p>}
        </Content>
      </Portal>
    </Root>
  );
}

function useOptions(text: string, close: () => void): Option[] {
  const navigate = useNavigate();
  const rooms = useSeenRooms();
  const now = useStore(session);
  const permissions = now.state === "in" ? now.viewer.permissions : [];
  const wanted = useDeferredValue(text.trim());
  const isAddress = /^https?:\/\/\S+$/i.test(wanted);
  const [{ data }] = useQuery({
    query: Resolve,
    variables: { text: wanted },
    pause: wanted.length < 2 || isAddress,
  });

  const mayAudit = permissions === null || permissions.includes("audit");
  const [{ data: happens }] = useQuery({
    query: EventKinds,
    pause: wanted.length < 2 || isAddress || !mayAudit,
  });

  const go = (to: string, search: Record<string, unknown> = {}) => {
    close();
    void navigate({ to, search: (before: Record<string, unknown>) => ({ at: before.at, ...search }) });
  };
  const fits = (...words: (string | undefined)[]) =>
    words.some((word) => word?.toLowerCase().includes(wanted.toLowerCase()));

  if (isAddress) {
    return [
      {
        key: "paste",
        icon: "link",
        name: wanted,
        note: "Look what it is",
        go: () => go("/", { paste: wanted }),
      },
    ];
  }
  const ofRooms = rooms
    .filter((room) => fits(room.name))
    .map(
      (room): Option => ({
        key: room.path,
        icon: room.icon,
        name: room.name,
        note: "Room",
        go: () => go(room.path),
      }),
    );
  const ofActs = acts
    .filter((act) => act.needs === undefined || permissions === null || permissions.includes(act.needs))
    .filter((act) => fits(act.name, act.words))
    .map(
      (act): Option => ({ key: act.name, icon: act.icon, name: act.name, note: "Do", go: () => go(act.to) }),
    );
  const found = wanted.length < 2 ? [] : (data?.resolve ?? []);
  const ofThings = found.map(({ id, kind, name, address }): Option & { address: string | null } => {
    const thing = things.get(kind.toLowerCase());
    const href = thing?.href?.(id);
    return {
      key: id,
      icon: "right",
      name: name ?? address ?? thing?.word ?? "A thing without a name",
      note: thing?.word ?? kind.charAt(0) + kind.slice(1).toLowerCase(),
      address,
      go: () => (href === undefined ? go(".", { open: id }) : go(href)),
    };
  });
  const named = wanted.length < 2 ? [] : (happens?.eventKinds ?? []);
  const ofKinds = named
    .filter(({ kind, meaning }) => fits(kind, meaning))
    .map(
      ({ kind, concern, meaning }): Option => ({
        key: kind,
        icon: "timeline",
        name: meaning,
        note: `Timeline, ${concernWords(concern)}`,
        go: () => go("/timeline", { of: kind }),
      }),
    );
  return [...ofRooms, ...ofActs, ...apart(ofThings), ...ofKinds].slice(0, SHOWN_MAX);
}

/** Things that look alike say where they are from, too. */
function apart(things: readonly (Option & { address: string | null })[]): Option[] {
  return things.map((thing) => {
    const isAlike = things.some(
      ({ key, name, note }) => key !== thing.key && name === thing.name && note === thing.note,
    );
    return isAlike && thing.address !== null
      ? { ...thing, note: `${thing.note}, ${thing.address.replace(/^https?:\/\/(www\.)?/, "")}` }
      : thing;
  });
}
