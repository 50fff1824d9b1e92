import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useMemo, useState } from "react";

import { useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import type { Pages } from "../../client/pages";
import { useTexts } from "../../client/search";
import { Button } from "../../parts/Button";
import { type Column, DataTable } from "../../parts/DataTable";
import { count, length, moment, number, size } from "../../parts/format";
import { Picture } from "../../parts/Picture";
import { State } from "../../parts/State";
import { Failed, Loading, Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { Tile } from "../../parts/Tile";
import { VirtualGrid } from "../../parts/VirtualGrid";
import { usePlanMaker } from "../plan/maker";
import { usePicture } from "./media";
import { fileName, fileState } from "./names";
import type { FilesParam } from "./room";

/** What a row shows of a file. */
export const FileRow = graphql(`
  fragment FileRow on File {
    id
    itemId
    thumbnailUrl
    path
    state
    sizeBytes
    durationMs
    width
    height
    recordedAt
    keptUntil
  }
`);

export type FileShown = ResultOf<typeof FileRow>;

interface Props {
  pages: Pages<FileShown>;
  empty: ReactNode;
  sort?: string | undefined;
  onSort?(sort: string): void;
}

/** At most so many files are named in one plan. */
const CHOSEN_MAX = 5_000;

/** Files as a grid or as a table, where some can be chosen and deleted by a plan. */
export function Rows({ pages, empty, sort, onSort }: Props) {
  const [{ as }] = useTexts<FilesParam>();
  const { rows, problem, isLoading, more, refetch } = pages;
  const may = useMay("delete");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const columns = useMemo(
    () => (may.isShown ? [chooser(chosen, setChosen), ...COLUMNS] : COLUMNS),
    [may.isShown, chosen],
  );
  if (isLoading) {
    return <Loading rows={6} />;
  }
  if (problem !== undefined && rows.length === 0) {
    return <Failed problem={problem} onRetry={refetch} />;
  }
  if (rows.length === 0) {
    return empty;
  }
  if (as !== "table") {
    return (
      <VirtualGrid rows={rows} keyOf={keyOf} more={more} label="Files">
        {(file) => <FileTile file={file} />}
      </VirtualGrid>
    );
  }
  return (
    <>
      <DataTable
        rows={rows}
        keyOf={keyOf}
        columns={columns}
        label="Files"
        more={more}
        sort={sort}
        {...(onSort === undefined ? {} : { onSort })}
      />
      {chosen.size > 0 && may.isShown && (
        <ChosenBar
          files={rows.filter(({ id }) => chosen.has(id))}
          onNone={() => setChosen(new Set())}
          off={may.off}
        />
      )}
    </>
  );
}

const keyOf = ({ id }: FileShown) => id;

/** A file as a tile, which leads to its page. */
export function FileTile({ file }: { file: FileShown }) {
  const { is, word } = fileState(file.state);
  const picture = usePicture();
  return (
    <Tile
      id={file.id}
      picture={file.itemId ?? file.id}
      src={picture(file.thumbnailUrl) ?? null}
      href={`/library/files/${file.id}`}
      title={fileName(file.path)}
      length={length(file.durationMs)}
      sign={is === "kept" ? undefined : { is, word }}
      facts={
        <span className="cut">
          {[file.height === null ? "sound" : `${file.height}p`, size(file.sizeBytes)].join(", ")}
        </span>
      }
    />
  );
}

const COLUMNS: readonly Column<FileShown>[] = [
  {
    id: "file",
    name: "File",
    sort: "path",
    onPhone: true,
    cell: (file) => (
      <ThingLink id={file.id} className="row">
        <Picture id={file.itemId ?? file.id} className="th sm" />
        <span className="grow">
          <span className="two name">{fileName(file.path)}</span>
          <span className="s qq cut block">{file.path}</span>
        </span>
      </ThingLink>
    ),
  },
  {
    id: "state",
    name: "State",
    width: 170,
    cell: ({ state }) => {
      const { is, word } = fileState(state);
      return <State is={is}>{word}</State>;
    },
  },
  {
    id: "recorded",
    name: "Kept since",
    width: 150,
    sort: "recorded",
    cell: ({ recordedAt }) => <span className="q">{moment(recordedAt)}</span>,
  },
  {
    id: "picture",
    name: "Picture",
    width: 96,
    cell: ({ width, height }) => (
      <span className="q">{width === null || height === null ? "sound" : `${width} × ${height}`}</span>
    ),
  },
  {
    id: "length",
    name: "Length",
    width: 76,
    isNumber: true,
    cell: ({ durationMs }) => length(durationMs),
  },
  {
    id: "size",
    name: "Size",
    width: 84,
    isNumber: true,
    onPhone: true,
    cell: ({ sizeBytes }) => size(sizeBytes),
  },
];

function chooser(
  chosen: ReadonlySet<string>,
  onChange: (next: ReadonlySet<string>) => void,
): Column<FileShown> {
  return {
    id: "choose",
    name: "",
    width: 32,
    cell: ({ id, path }) => (
      <input
        type="checkbox"
        className="box"
        aria-label={`Choose ${fileName(path)}`}
        checked={chosen.has(id)}
        onChange={({ target }) => {
          const next = new Set(chosen);
          if (target.checked) {
            next.add(id);
          } else {
            next.delete(id);
          }
          onChange(next);
        }}
      />
    ),
  };
}

interface ChosenProps {
  files: readonly FileShown[];
  onNone(): void;
  off: string | undefined;
}

function ChosenBar({ files, onNone, off }: ChosenProps) {
  const maker = usePlanMaker();
  const navigate = useNavigate();
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isTooMany = files.length > CHOSEN_MAX;
  return (
    <section className="float" aria-label="Chosen files">
      <span>
        <b className="b">{count(files.length, "file")}</b> <span className="q">{size(bytes)}</span>
      </span>
      <Refused problem={maker.problem} />
      <Button small look="bare" onClick={onNone}>
        Choose none
      </Button>
      <Button
        small
        icon="trash"
        off={isTooMany ? `One plan takes at most ${number(CHOSEN_MAX)} files.` : off}
        running={maker.isRunning && "Planning…"}
        onClick={async () => {
          const plan = await maker.make({ deleteFiles: files.map(({ id }) => id) });
          if (plan !== null) {
            void navigate({ to: `/library/plans/${plan}` });
          }
        }}
      >
        Delete {count(files.length, "file")}…
      </Button>
    </section>
  );
}
