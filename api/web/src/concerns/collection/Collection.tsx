import { useNavigate, useParams } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { useClient } from "urql";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { problemOf } from "../../client/problem";
import { useTense } from "../../client/tense";
import { useCrumbs } from "../../frame/Crumbs";
import { Button, IconButton } from "../../parts/Button";
import { count, moment, number } from "../../parts/format";
import { Menu, MenuItem, MenuLine } from "../../parts/Menu";
import { useRowKeys } from "../../parts/row-keys";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { Rows } from "./Rows";

const CollectionOf = graphql(`
  query Collection($id: ID!, $minPosition: Position, $asOf: AsOfInput) {
    collection(id: $id, minPosition: $minPosition, asOf: $asOf) {
      id
      name
      kind
      entryCount
      fileCount
      createdAt
    }
  }
`);
const Rename = graphql(`
  mutation CollectionRename($id: ID!, $name: String!) {
    collectionRename(input: { id: $id, name: $name }) {
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
const Delete = graphql(`
  mutation CollectionDelete($id: ID!) {
    collectionDelete(input: { id: $id }) {
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
const ExportOf = graphql(`
  query CollectionExport($id: ID!, $format: PlaylistFormat!, $asOf: AsOfInput) {
    collection(id: $id, asOf: $asOf) {
      export(format: $format) {
        text
        entryCount
        leftOut {
          title
        }
      }
    }
  }
`);

/** A collection: its rows in their order, and its export for other programs. */
export function Collection() {
  const { id = "" } = useParams({ strict: false });
  // Another one begins anew: nothing that was typed, asked or answered of the one before is left.
  return <OfCollection key={id} id={id} />;
}

function OfCollection({ id }: { id: string }) {
  const { data, problem, isLoading, refetch } = useLive(CollectionOf, { id }, [id]);
  const collection = data?.collection;
  useCrumbs(
    { name: "Library", to: "/library" },
    { name: "Collections", to: "/library/collections" },
    { name: collection?.name ?? "Collection" },
  );
  const box = useRef<HTMLElement>(null);
  useRowKeys(box);
  return (
    <main id="main" ref={box}>
      {isLoading && <Loading />}
      {problem !== undefined && collection == null && <Failed problem={problem} onRetry={refetch} />}
      {data !== undefined && collection === null && problem === undefined && (
        <Empty title="There is no such collection.">It was deleted, or it is somebody else's.</Empty>
      )}
      {collection != null && (
        <>
          <Head collection={collection} />
          <Rows id={collection.id} />
        </>
      )}
    </main>
  );
}

interface HeadProps {
  collection: { id: string; name: string; entryCount: number; fileCount: number; createdAt: string };
}

function Head({ collection }: HeadProps) {
  const { id, name, entryCount, fileCount, createdAt } = collection;
  const may = useMay("collect");
  const rename = useAct(Rename);
  const remove = useAct(Delete);
  const exporting = useExport(id, name);
  const navigate = useNavigate();
  const [draft, setDraft] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (
      draft !== undefined &&
      draft.trim() !== "" &&
      (await rename.run({ id, name: draft.trim() })) !== null
    ) {
      setDraft(undefined);
    }
  };
  return (
    <div className="head lib-tools">
      <div className="grow">
        {draft === undefined ? (
          <h1>{name}</h1>
        ) : (
          <form className="tools" onSubmit={(event) => void submit(event)}>
            <span className="field grow">
              <input
                // biome-ignore lint/a11y/noAutofocus: whoever asked to rename it is about to type.
                autoFocus
                aria-label="Name"
                value={draft}
                maxLength={200}
                onChange={({ target }) => setDraft(target.value)}
              />
            </span>
            <Button type="submit" running={rename.isRunning && "Renaming…"}>
              Rename
            </Button>
            <Button look="bare" onClick={() => setDraft(undefined)}>
              Leave it
            </Button>
          </form>
        )}
        <p className="q">
          {count(entryCount, "entry", "entries")}, {count(fileCount, "file")}; made {moment(createdAt)}.
          Nobody else sees it.
        </p>
        {exporting.said !== undefined && (
          <p className="s q" role="status">
            {exporting.said}
          </p>
        )}
        <Refused problem={rename.problem ?? remove.problem ?? exporting.problem} />
      </div>
      <div className="acts">
        <Menu
          items={
            <>
              <MenuItem icon="out" onSelect={() => void exporting.run("M3U8")}>
                Export as M3U8
              </MenuItem>
              <MenuItem icon="out" onSelect={() => void exporting.run("XSPF")}>
                Export as XSPF
              </MenuItem>
              {may.isShown && may.off === undefined && (
                <>
                  <MenuLine />
                  <MenuItem icon="settings" onSelect={() => setDraft(name)}>
                    Rename
                  </MenuItem>
                  <MenuItem
                    icon="trash"
                    onSelect={async () => {
                      if ((await remove.run({ id })) !== null) {
                        void navigate({ to: "/library/collections" });
                      }
                    }}
                  >
                    Delete this collection, keep the files
                  </MenuItem>
                </>
              )}
            </>
          }
        >
          <IconButton icon="more" label="More for this collection" />
        </Menu>
      </div>
    </div>
  );
}

type Format = "M3U8" | "XSPF";

/** Hands out a collection as a file, and says what could not be in it. */
function useExport(id: string, name: string) {
  const client = useClient();
  const { asOf } = useTense();
  const [said, setSaid] = useState<string>();
  const [problem, setProblem] = useState<ReturnType<typeof problemOf>>();
  async function run(format: Format) {
    const variables = { id, format, ...(asOf === undefined ? {} : { asOf }) };
    const { data, error } = await client.query(ExportOf, variables).toPromise();
    const exported = data?.collection?.export;
    if (exported == null) {
      setProblem(error === undefined ? undefined : problemOf(error));
      return;
    }
    const type = format === "M3U8" ? "application/vnd.apple.mpegurl" : "application/xspf+xml";
    const url = URL.createObjectURL(new Blob([exported.text], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${name}.${format.toLowerCase()}`;
    link.click();
    URL.revokeObjectURL(url);
    const left = exported.leftOut.length;
    setSaid(
      left === 0
        ? `${count(exported.entryCount, "entry", "entries")} exported.`
        : `${number(exported.entryCount)} exported; left out, since no file of theirs is here: ${exported.leftOut.map(({ title }) => title).join(", ")}.`,
    );
  }
  return { run, said, problem };
}
