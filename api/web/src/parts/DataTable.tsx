import { createColumnHelper, tableFeatures, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useLayoutEffect, useMemo, useRef, useState } from "react";

import { Icon } from "./Icon";
import { useNearEnd } from "./VirtualGrid";

/** A column of a table. */
export interface Column<Row> {
  id: string;
  name: string;
  cell(row: Row): ReactNode;
  /** Pixels, and never more than a third of the window, so that a phone has room for what is left; that, if it has none. */
  width?: number;
  isNumber?: boolean;
  /** By what the server sorts; none if it can't. */
  sort?: string;
  /** Whether a phone has room for it. */
  onPhone?: boolean;
}

interface Props<Row> {
  rows: readonly Row[];
  keyOf(row: Row): string;
  columns: readonly Column<Row>[];
  label: string;
  more?: (() => void) | undefined;
  /** `title`, or `-title` for the other way round. */
  sort?: string | undefined;
  onSort?(sort: string): void;
}

// Rows are sorted, filtered and paged by the server, which has all of them.
const features = tableFeatures({});
const ROW_ESTIMATE = 52;

/** A table of any length, of which only the rows in sight are there. */
export function DataTable<Row>({ rows, keyOf, columns, label, more, sort, onSort }: Props<Row>) {
  const helper = useMemo(() => createColumnHelper<typeof features, { of: Row }>(), []);
  const models = useMemo(
    () =>
      columns.map((column) =>
        helper.display({
          id: column.id,
          header: column.name,
          cell: ({ row }) => column.cell(row.original.of),
        }),
      ),
    [columns, helper],
  );
  const data = useMemo(() => rows.map((of) => ({ of })), [rows]);
  const table = useTable({ features, columns: models, data, getRowId: ({ of }) => keyOf(of) });
  const all = table.getRowModel().rows;

  const box = useRef<HTMLTableElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    setTop((box.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: all.length,
    estimateSize: () => ROW_ESTIMATE,
    overscan: 8,
    scrollMargin: top,
  });
  const shown = virtual.getVirtualItems();
  useNearEnd(shown.at(-1)?.index, all.length, more);
  const before = (shown[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? top) - top);
  const byId = new Map(columns.map((column) => [column.id, column]));

  return (
    <table ref={box} className="tbl rows" aria-label={label} aria-rowcount={all.length + 1}>
      <colgroup>
        {columns.map(({ id, width, onPhone }) => (
          <col
            key={id}
            className={onPhone === true ? undefined : "no-phone"}
            style={width === undefined ? undefined : { width: `min(${width}px, 34vw)` }}
          />
        ))}
      </colgroup>
      <thead>
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => {
              const column = byId.get(header.column.id);
              return column === undefined ? null : (
                <Heading key={header.id} column={column} sort={sort} onSort={onSort} />
              );
            })}
          </tr>
        ))}
      </thead>
      <tbody>
        {before > 0 && <tr className="space" style={{ height: before }} />}
        {shown.map(({ index }) => {
          const row = all[index];
          return row === undefined ? null : (
            <tr key={row.id} data-index={index} ref={virtual.measureElement} aria-rowindex={index + 2}>
              {row.getAllCells().map((cell) => {
                const column = byId.get(cell.column.id);
                return (
                  <td key={cell.id} className={cellClass(column)}>
                    <table.FlexRender cell={cell} />
                  </td>
                );
              })}
            </tr>
          );
        })}
        {after > 0 && <tr className="space" style={{ height: after }} />}
      </tbody>
    </table>
  );
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
}

function Heading<Row>({ column, sort, onSort }: HeadingProps<Row>) {
  const by = column.sort;
  const way =
    by === undefined ? undefined : sort === by ? "ascending" : sort === `-${by}` ? "descending" : "none";
  return (
    <th scope="col" className={cellClass(column)} aria-sort={way}>
      {by === undefined || onSort === undefined ? (
        <span className={column.name === "" ? "sr" : undefined}>{column.name || "Choose"}</span>
      ) : (
        <button type="button" className="sorter" onClick={() => onSort(way === "ascending" ? `-${by}` : by)}>
          {column.name}
          {way === "descending" && <Icon name="down" />}
          {way === "ascending" && (
            <span className="up">
              <Icon name="down" />
            </span>
          )}
        </button>
      )}
    </th>
  );
}

function cellClass<Row>(column: Column<Row> | undefined): string {
  return [column?.isNumber === true && "num", column?.onPhone !== true && "no-phone"]
    .filter(Boolean)
    .join(" ");
}
