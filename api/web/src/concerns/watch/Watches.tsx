import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { Field } from "../../parts/Field";
import { State } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { useProfiles } from "../transcode/profiles";
import { folderOf, patternsOf, saysOf, stateOf, type Watch, WatchesOf } from "./watch";

const AddWatch = graphql(`
  mutation AddWatch($input: WatchAddInput!) {
    watchAdd(input: $input) { position userErrors { code message advice retryable } }
  }
`);
const RemoveWatch = graphql(`
  mutation RemoveWatch($id: ID!) {
    watchRemove(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

/** How long a file has to rest, if nothing is said. */
const SETTLE_SECONDS = 60;

/** Folders from which files are taken that others put there. */
export function Watches() {
  const { data, problem, refetch } = useLive(WatchesOf, {}, ["watch", "root"]);
  const may = useMay("transcode");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={2} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <>
      {data.watches.length === 0 ? (
        <Empty title="No folder is watched.">
          What is put into one is recorded as a kept file, and stays where it is unless it is replaced.
        </Empty>
      ) : (
        <ul className="rows" aria-label="Watched folders">
          {data.watches.map((watch) => (
            <WatchRow key={watch.id} watch={watch} />
          ))}
        </ul>
      )}
      {may.isShown && <Add off={may.off} />}
    </>
  );
}

function WatchRow({ watch }: { watch: Watch }) {
  const may = useMay("transcode");
  const add = useAct(AddWatch);
  const remove = useAct(RemoveWatch);
  const folder = folderOf(watch);
  const [is, word] = stateOf(watch);
  const { id, root, profile, names, bytesMin, bytesMax, depthMax, settleSeconds, replace, stopped } = watch;
  const same = { profile, names, bytesMin, bytesMax, depthMax, settleSeconds, replace };
  return (
    <li className="opens">
      <div className="grow">
        <code className="proof">{folder}</code>
        <p className="s q text">{saysOf(watch)}</p>
        {stopped !== null && <p className="s text">Nothing is taken: {stopped}.</p>}
        <Refused problem={add.problem ?? remove.problem} />
      </div>
      <State is={is}>{word}</State>
      {may.isShown && (
        <span className="row-acts">
          {stopped !== null && root?.folder != null && (
            <Button
              small
              look="bare"
              off={may.off}
              aria-label={`Watch ${folder} again`}
              running={add.isRunning && "Asking…"}
              onClick={() => void add.run({ input: { folder, ...same } })}
            >
              Watch again
            </Button>
          )}
          <Confirm
            word="Remove"
            label={`Remove ${folder}`}
            says={`Take nothing from ${folder} any more`}
            off={may.off}
            running={remove.isRunning && "Removing…"}
            onYes={() => void remove.run({ id })}
          />
        </span>
      )}
    </li>
  );
}

function Add({ off }: { off: string | undefined }) {
  const profiles = useProfiles();
  const mayReplace = useMay("delete");
  const add = useAct(AddWatch);
  const [folder, setFolder] = useState("");
  const [profile, setProfile] = useState("");
  const [names, setNames] = useState("");
  const [settle, setSettle] = useState(String(SETTLE_SECONDS));
  const [replaces, setReplaces] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    const input = {
      folder: folder.trim(),
      profile,
      names: patternsOf(names),
      settleSeconds: Number(settle),
      replace: replaces ? { allowLinks: false } : null,
    };
    if ((await add.run({ input })) !== null) {
      setFolder("");
      setNames("");
    }
  }

  return (
    <>
      <h2 className="under-head">Watch a folder</h2>
      <form className="fields" onSubmit={submit} aria-label="Watch a folder">
        <Field
          label="Its whole path"
          hint="In a folder of the server’s machine into which others put files, as Settings, Folders has them."
          wide
        >
          {(control) => (
            <input
              {...control}
              className="proof"
              placeholder="/srv/recordings"
              required
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Made of each is">
          {(control) => (
            <select
              {...control}
              required
              value={profile}
              onChange={(event) => setProfile(event.currentTarget.value)}
            >
              <option value="">Choose a profile</option>
              {profiles.data?.profiles.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="Only names that fit"
          hint="With spaces between; media of any kind, if it is left empty."
        >
          {(control) => (
            <input
              {...control}
              className="proof"
              placeholder="*.mkv *.ts"
              value={names}
              onChange={(event) => setNames(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Seconds that nobody wrote it" hint="More for what rests while it records.">
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              required
              value={settle}
              onChange={(event) => setSettle(event.currentTarget.value)}
            />
          )}
        </Field>
        {mayReplace.isShown && (
          <fieldset className="ticks">
            <legend>Where what is made lies</legend>
            <label>
              <input
                type="checkbox"
                className="box"
                checked={replaces}
                disabled={mayReplace.off !== undefined}
                onChange={(event) => setReplaces(event.currentTarget.checked)}
              />
              In its place, once it is proved; the original goes into the trash
            </label>
          </fieldset>
        )}
        <div className="acts">
          <Button type="submit" look="main" icon="plus" off={off} running={add.isRunning && "Asking…"}>
            Watch the folder
          </Button>
        </div>
        <Refused problem={add.problem ?? profiles.problem} />
      </form>
    </>
  );
}
