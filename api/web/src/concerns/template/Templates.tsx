import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { Field } from "../../parts/Field";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { tagsOf } from "./tags";

const TemplatesOf = graphql(`
  query TemplatesOf($asOf: AsOfInput) {
    templates(asOf: $asOf) { name version priority batch tags }
  }
`);
const SaveTemplate = graphql(`
  mutation SaveTemplate($name: String!, $priority: Int, $batch: String, $tags: [String!]!) {
    templateSave(input: { name: $name, priority: $priority, batch: $batch, tags: $tags }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const RemoveTemplate = graphql(`
  mutation RemoveTemplate($name: String!) {
    templateRemove(input: { name: $name }) { position userErrors { code message advice retryable } }
  }
`);

type Template = ResultOf<typeof TemplatesOf>["templates"][number];

/** How much a job can matter, the most first. */
const PRIORITIES = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
/** What a job has that nobody said anything of. */
const USUAL = 5;

/** Settings of jobs, under their names. */
export function Templates() {
  const { data, problem, refetch } = useLive(TemplatesOf, {}, ["template"]);
  const may = useMay("operate");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <>
      {may.isShown && <TemplateForm off={may.off} names={data.templates.map(({ name }) => name)} />}
      {data.templates.length === 0 ? (
        <Empty title="There is no template.">
          Downloads that are started by one of them have its settings, besides what is said of them.
        </Empty>
      ) : (
        <ul className="rows" aria-label="Templates">
          {data.templates.map((template) => (
            <TemplateRow key={template.name} template={template} />
          ))}
        </ul>
      )}
    </>
  );
}

function TemplateRow({ template }: { template: Template }) {
  const { name, version, priority, batch, tags } = template;
  const may = useMay("operate");
  const remove = useAct(RemoveTemplate);
  const [isOpen, setOpen] = useState(false);
  const says = [
    priority === null ? "Matters as any other" : `Matters ${priority} of 9`,
    batch !== null && `started together as “${batch}”`,
    tags.length > 0 && `found by ${tags.join(", ")}`,
  ].filter(Boolean);
  return (
    <li className="opens">
      <div className="grow">
        <b>{name}</b> <span className="q">version {version}</span>
        <p className="s q text">{says.join(", ")}.</p>
        <Refused problem={remove.problem} />
      </div>
      {may.isShown && (
        <span className="row-acts">
          <Button
            small
            look="bare"
            aria-expanded={isOpen}
            aria-label={`Change ${name}`}
            onClick={() => setOpen(!isOpen)}
          >
            Change
          </Button>
          <Confirm
            word="Remove"
            label={`Remove ${name}`}
            says={`Start nothing by ${name} any more`}
            off={may.off}
            running={remove.isRunning && "Removing…"}
            onYes={() => void remove.run({ name })}
          />
        </span>
      )}
      {isOpen && may.isShown && (
        <div className="row-open plain-form">
          <TemplateForm off={may.off} of={template} names={[]} onDone={() => setOpen(false)} />
        </div>
      )}
    </li>
  );
}

interface FormProps {
  off: string | undefined;
  /** The template that is changed; a new one if it is left out. */
  of?: Template;
  /** What the others are called. */
  names: readonly string[];
  onDone?: () => void;
}

function TemplateForm({ off, of, names, onDone }: FormProps) {
  const save = useAct(SaveTemplate);
  const [name, setName] = useState(of?.name ?? "");
  const [priority, setPriority] = useState(of?.priority == null ? "" : String(of.priority));
  const [batch, setBatch] = useState(of?.batch ?? "");
  const [tags, setTags] = useState(of?.tags.join(", ") ?? "");
  const isTaken = names.includes(name.trim());

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await save.run({
      name: name.trim(),
      priority: priority === "" ? null : Number(priority),
      batch: batch.trim() === "" ? null : batch.trim(),
      tags: tagsOf(tags),
    });
    if (done !== null) {
      onDone?.();
      if (of === undefined) {
        setName("");
        setPriority("");
        setBatch("");
        setTags("");
      }
    }
  }

  return (
    <form className="fields" onSubmit={submit} aria-label={of?.name ?? "A new template"}>
      {of === undefined && (
        <Field label="Name" hint={isTaken ? "There is one of that name; change it below." : undefined}>
          {(control) => (
            <input
              {...control}
              placeholder="night"
              required
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      <Field label="How much its jobs matter">
        {(control) => (
          <select {...control} value={priority} onChange={(event) => setPriority(event.currentTarget.value)}>
            <option value="">It does not say</option>
            {PRIORITIES.map((value) => (
              <option key={value} value={value}>
                {value}
                {value === 9
                  ? ", first of all"
                  : value === USUAL
                    ? ", as any other"
                    : value === 0
                      ? ", last of all"
                      : ""}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Words that find them" hint="With commas between; at most 16.">
        {(control) => (
          <input
            {...control}
            placeholder="night, anna"
            value={tags}
            onChange={(event) => setTags(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label="Started together as" hint="One name for all of them.">
        {(control) => (
          <input {...control} value={batch} onChange={(event) => setBatch(event.currentTarget.value)} />
        )}
      </Field>
      <div className="acts">
        <Button
          type="submit"
          look={of === undefined ? "main" : undefined}
          off={off ?? (isTaken ? "There is a template of that name." : undefined)}
          running={save.isRunning && "Keeping…"}
        >
          {of === undefined ? "Keep the template" : "Keep this"}
        </Button>
        {onDone !== undefined && (
          <Button look="bare" onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </div>
      <Refused problem={save.problem} />
    </form>
  );
}
