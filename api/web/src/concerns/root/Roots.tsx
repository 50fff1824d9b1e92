import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { State, type StateName } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";

const RootsOf = graphql(`
  query RootsOf($asOf: AsOfInput) {
    roots(asOf: $asOf) { id kind name folder standing }
  }
`);
const AddRoot = graphql(`
  mutation AddRoot($folder: String!, $kind: RootKind!, $name: String) {
    rootAdd(input: { folder: $folder, kind: $kind, name: $name }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

type Root = ResultOf<typeof RootsOf>["roots"][number];

const STANDINGS: Record<Root["standing"], [StateName, string]> = {
  THERE: ["kept", "There"],
  AWAY: ["failed", "Not there"],
  UNKNOWN: ["waiting", "Nobody has looked yet"],
};
const KINDS = [
  ["LIBRARY", "Files are kept there"],
  ["WATCH", "Others put files there"],
] as const;

/** Where files lie, and whether it is there. */
export function Roots() {
  const { data, problem, refetch } = useLive(RootsOf, {}, ["root"]);
  const may = useMay("configure");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={2} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <>
      {data.roots.length === 0 ? (
        <Empty title="No folder is registered." />
      ) : (
        <ul className="rows" aria-label="Folders">
          {data.roots.map(({ id, kind, name, folder, standing }) => {
            const [is, word] = STANDINGS[standing];
            return (
              <li key={id} className="opens">
                <div className="grow">
                  <b>
                    <ThingLink id={id} tab="history" className="plain">
                      {name}
                    </ThingLink>
                  </b>
                  <p className="s q text">
                    {folder !== null && <code className="proof">{folder}</code>}{" "}
                    {KINDS.find(([value]) => value === kind)?.[1]}.
                  </p>
                </div>
                <State is={is}>{word}</State>
              </li>
            );
          })}
        </ul>
      )}
      {may.isShown && <Add off={may.off} />}
    </>
  );
}

function Add({ off }: { off: string | undefined }) {
  const add = useAct(AddRoot);
  const [folder, setFolder] = useState("");
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Root["kind"]>("LIBRARY");

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await add.run({
      folder: folder.trim(),
      kind,
      name: name.trim() === "" ? null : name.trim(),
    });
    if (done !== null) {
      setFolder("");
      setName("");
    }
  }

  return (
    <>
      <h2 className="under-head">Add a folder</h2>
      <form className="fields" onSubmit={submit}>
        <Field
          label="Its whole path"
          hint="Within one of the folders above. Any other is added on the server’s own machine, by its local token."
          wide
        >
          {(control) => (
            <input
              {...control}
              className="proof"
              placeholder="/srv/media/films"
              required
              value={folder}
              onChange={(event) => setFolder(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Name" hint="That of the folder, if it is left empty.">
          {(control) => (
            <input {...control} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          )}
        </Field>
        <Field label="What it is there for">
          {(control) => (
            <select
              {...control}
              value={kind}
              onChange={(event) => setKind(event.currentTarget.value as Root["kind"])}
            >
              {KINDS.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </select>
          )}
        </Field>
        <div className="acts">
          <Button type="submit" look="main" icon="plus" off={off} running={add.isRunning && "Adding…"}>
            Add the folder
          </Button>
        </div>
        <Refused problem={add.problem} />
      </form>
    </>
  );
}
