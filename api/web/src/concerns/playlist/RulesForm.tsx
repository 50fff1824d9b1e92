import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Refused } from "../../parts/states";
import { type When, WhenField } from "../../parts/WhenField";
import { SecretFields, useSecretChoice } from "../secret/choice";
import { askedOf, type LayoutAsked, LayoutFields, LayoutPreview, typedOf } from "../setting/LayoutFields";
import { useProfiles } from "../transcode/profiles";
import { QUALITIES } from "./Acts";
import { listName } from "./names";
import type { ListShown } from "./use-list";

const FollowOtherwise = graphql(`
  mutation FollowOtherwise(
    $url: String!
    $keep: PlaylistKeep!
    $quality: String
    $filter: [String!]
    $cookies: CookiesInput
    $layout: LayoutInput
    $transcode: PlaylistTranscodeInput
  ) {
    playlistFollow(
      input: {
        url: $url
        keep: $keep
        quality: $quality
        filter: $filter
        cookies: $cookies
        layout: $layout
        transcode: $transcode
      }
    ) { position userErrors { code message advice retryable } }
  }
`);

const KEEPS = [
  ["NEW", "What is listed from now on"],
  ["ALL", "Everything in the list, old and new"],
  ["NOTHING", "Nothing by itself"],
] as const;

/** How a list is followed from now on: what of it is kept, with which cookies it is asked, how its files are named. */
export function RulesForm({ list, onDone }: { list: ListShown; onDone(): void }) {
  const may = useMay("follow");
  const follow = useAct(FollowOtherwise);
  const [keep, setKeep] = useState(list.keep);
  const [quality, setQuality] = useState(list.keepQuality ?? "best");
  const [filter, setFilter] = useState(list.keepFilter.join("\n"));
  const [when, setWhen] = useState<When>(list.cookieMode);
  const cookies = useSecretChoice("cookies", list.cookieSecretId, `cookies of ${listName(list)}`);
  const profiles = useProfiles();
  const [profile, setProfile] = useState(list.transcodeProfile);
  const [layout, setLayout] = useState(typedOf(list.layout));
  const [previewed, setPreviewed] = useState<LayoutAsked>();
  const asked = askedOf(layout);
  const isNothing = keep === "NOTHING";

  async function submit(event: FormEvent) {
    event.preventDefault();
    const secretId = when === "OFF" ? null : await cookies.seal();
    if (secretId === undefined) {
      return;
    }
    const before = list.cookieMode === "OFF" ? null : list.cookieSecretId;
    const rules = filter.split("\n").map((rule) => rule.trim());
    const done = await follow.run({
      url: list.url,
      keep,
      // Of nothing there is neither a quality nor a rule.
      quality: isNothing ? null : quality,
      filter: isNothing ? null : rules.filter((rule) => rule !== ""),
      cookies: when === list.cookieMode && secretId === before ? null : { mode: when, secretId },
      layout: JSON.stringify(asked) === JSON.stringify(askedOf(typedOf(list.layout))) ? null : asked,
      transcode: profile === list.transcodeProfile ? null : { profile },
    });
    if (done !== null) {
      onDone();
    }
  }

  return (
    <form className="fields" aria-label="How this list is followed" autoComplete="off" onSubmit={submit}>
      <Field label="Kept is">
        {(control) => (
          <select
            {...control}
            value={keep}
            onChange={(event) => setKeep(event.currentTarget.value as ListShown["keep"])}
          >
            {KEEPS.map(([value, word]) => (
              <option key={value} value={value}>
                {word}
              </option>
            ))}
          </select>
        )}
      </Field>
      {!isNothing && (
        <>
          <Field label="Quality">
            {(control) => (
              <select
                {...control}
                value={quality}
                onChange={(event) => setQuality(event.currentTarget.value)}
              >
                {QUALITIES.map(({ value, word }) => (
                  <option key={value} value={value}>
                    {word}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field
            label="Rules of which of them, one a line"
            wide
            hint="title=WORDS, title!=WORDS, title~REGEX, title!~REGEX, duration>=90s, duration<=2h, published>=2026-01-01, published<=2026-12-31, kind= and kind!= with video, short or live. Each that is kept keeps to all of them; what was fetched stays."
          >
            {(control) => (
              <textarea
                {...control}
                className="proof"
                spellCheck={false}
                value={filter}
                onChange={(event) => setFilter(event.currentTarget.value)}
              />
            )}
          </Field>
        </>
      )}
      <WhenField label="Ask with cookies" value={when} onChange={setWhen} />
      {when !== "OFF" && <SecretFields of={cookies} />}
      <Field
        label="Made of each file that is kept"
        hint="Beside it, by a profile, from now on; what is kept already stays as it is."
      >
        {(control) => (
          <select
            {...control}
            value={profile ?? ""}
            onChange={(event) => setProfile(event.currentTarget.value || null)}
          >
            <option value="">Nothing</option>
            {namesOf(profiles.data?.profiles, list.transcodeProfile).map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <LayoutFields value={layout} onChange={setLayout} otherwise="As for the library" />
      {previewed !== undefined && JSON.stringify(previewed) === JSON.stringify(asked) ? (
        <LayoutPreview asked={previewed} playlistId={list.id} />
      ) : (
        <p className="acts wide">
          <Button small onClick={() => setPreviewed(asked)}>
            Where would files lie?
          </Button>
        </p>
      )}
      <Refused problem={cookies.problem ?? follow.problem ?? profiles.problem} />
      <p className="acts">
        <Button type="submit" look="main" off={may.off} running={follow.isRunning && "Keeping…"}>
          Keep this
        </Button>
        <Button look="bare" onClick={onDone}>
          Leave it
        </Button>
      </p>
    </form>
  );
}

/** The names of profiles, with the one in force, which may have been removed. */
function namesOf(profiles: { name: string }[] | undefined, inForce: string | null): string[] {
  const names = (profiles ?? []).map(({ name }) => name);
  return inForce === null || names.includes(inForce) ? names : [inForce, ...names];
}
