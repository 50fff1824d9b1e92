import { graphql, type ResultOf, type VariablesOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Field } from "../../parts/Field";
import { Failed, Loading } from "../../parts/states";

const LayoutPreviewOf = graphql(`
  query LayoutPreviewOf($playlistId: ID, $layout: LayoutInput, $asOf: AsOfInput) {
    layoutPreview(playlistId: $playlistId, layout: $layout, first: 5, asOf: $asOf) { itemId path newPath }
  }
`);

export type LayoutAsked = NonNullable<VariablesOf<typeof LayoutPreviewOf>["layout"]>;

/** A layout as the server tells it. */
interface LayoutNow {
  name: "PLAIN" | "PLEX";
  template: string;
  templateIsOwn: boolean;
  sidecars: readonly Sidecar[];
  sidecarsAreOwn: boolean;
}

type Sidecar = "NFO" | "THUMBNAIL" | "SUBTITLES";

/** A layout while it is changed. */
export interface LayoutTyped {
  /** Empty is as for others. */
  name: "" | "PLAIN" | "PLEX";
  /** Empty is as the shape has it. */
  template: string;
  /** Those that somebody said; none is as the shape has it. */
  sidecars: readonly Sidecar[] | null;
}

const SIDECARS: readonly [Sidecar, string][] = [
  ["NFO", "what is known of it (.nfo)"],
  ["THUMBNAIL", "its picture"],
  ["SUBTITLES", "its subtitles"],
];

/** What a layout is typed as, before anybody changes it. */
export function typedOf(layout: LayoutNow | null): LayoutTyped {
  return layout === null
    ? { name: "", template: "", sidecars: null }
    : {
        name: layout.name,
        template: layout.templateIsOwn ? layout.template : "",
        sidecars: layout.sidecarsAreOwn ? layout.sidecars : null,
      };
}

/** What is asked of the server: only what was said. */
export function askedOf({ name, template, sidecars }: LayoutTyped): LayoutAsked {
  return {
    ...(name === "" ? {} : { name }),
    ...(name === "" || template.trim() === "" ? {} : { template: template.trim() }),
    ...(name === "" || sidecars === null ? {} : { sidecars: [...sidecars] }),
  };
}

interface Props {
  value: LayoutTyped;
  onChange(next: LayoutTyped): void;
  /** What it is called to say nothing: as for the library. */
  otherwise?: string;
}

/** The fields of a layout: its shape, a template of its own, and what lies beside each file. */
export function LayoutFields({ value, onChange, otherwise }: Props) {
  const { name, template, sidecars } = value;
  return (
    <>
      <Field label="Folders and names" hint="Seasons are what Plex, Jellyfin and Kodi read.">
        {(control) => (
          <select
            {...control}
            value={name}
            onChange={(event) =>
              onChange({ ...value, name: event.currentTarget.value as LayoutTyped["name"] })
            }
          >
            {otherwise !== undefined && <option value="">{otherwise}</option>}
            <option value="PLAIN">A folder for each list</option>
            <option value="PLEX">Shows and seasons</option>
          </select>
        )}
      </Field>
      {name !== "" && (
        <>
          <Field
            label="Where a file lies"
            wide
            hint="With {list}, {title}, {id}, {site}, {uploader}, {date}, {year}, {month}, {day} and {season}. What stands in <…> is left out if something in it is not known. Empty: as the folders above have it."
          >
            {(control) => (
              <input
                {...control}
                className="proof"
                spellCheck={false}
                placeholder="{list}/<{date} - >{title} [{id}]"
                value={template}
                onChange={(event) => onChange({ ...value, template: event.currentTarget.value })}
              />
            )}
          </Field>
          <fieldset className="ticks wide">
            <legend>Beside each file</legend>
            <label>
              <input
                type="checkbox"
                checked={sidecars === null}
                onChange={(event) =>
                  onChange({ ...value, sidecars: event.currentTarget.checked ? null : [] })
                }
              />
              as the folders above have it
            </label>
            {sidecars !== null &&
              SIDECARS.map(([kind, word]) => (
                <label key={kind}>
                  <input
                    type="checkbox"
                    checked={sidecars.includes(kind)}
                    onChange={(event) =>
                      onChange({
                        ...value,
                        sidecars: event.currentTarget.checked
                          ? [...sidecars, kind]
                          : sidecars.filter((one) => one !== kind),
                      })
                    }
                  />
                  {word}
                </label>
              ))}
          </fieldset>
        </>
      )}
    </>
  );
}

type Previewed = ResultOf<typeof LayoutPreviewOf>["layoutPreview"][number];

/** Where files would lie by a layout, before it is kept. */
export function LayoutPreview({ asked, playlistId }: { asked: LayoutAsked; playlistId?: string }) {
  const { data, problem, refetch } = useLive(
    LayoutPreviewOf,
    { layout: asked, playlistId: playlistId ?? null },
    [],
  );
  if (problem !== undefined) {
    return <Failed problem={problem} title="So files could not be named." onRetry={refetch} />;
  }
  if (data === undefined) {
    return <Loading rows={1} />;
  }
  return data.layoutPreview.length === 0 ? (
    <p className="s q wide">There is no entry yet whose file would lie somewhere.</p>
  ) : (
    <ul className="wide text" aria-label="Where files would lie">
      {data.layoutPreview.map(({ itemId, newPath }: Previewed) => (
        <li key={itemId} className="proof">
          {newPath}
        </li>
      ))}
    </ul>
  );
}
