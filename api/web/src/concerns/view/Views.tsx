import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { sentence } from "../../client/problem";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { moment, number, size } from "../../parts/format";
import { State } from "../../parts/State";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { behindWords, comparedWords, VERSIONS } from "./words";

const ViewsOf = graphql(`
  query ViewsOf($asOf: AsOfInput) {
    views(asOf: $asOf) {
      name
      versions {
        version
        state
        eventsBehind
        eventsPerSecond
        secondsLeft
        sizeBytes
        trouble
        fault { position code reason }
        keptUntil
        comparison { onlyOld onlyNew different commonRows isDefect }
      }
    }
  }
`);
const RebuildView = graphql(`
  mutation RebuildView($name: String!) {
    viewRebuild(input: { name: $name }) { version userErrors { code message advice retryable } }
  }
`);
const UseView = graphql(`
  mutation UseView($name: String!, $version: String!) {
    viewUse(input: { name: $name, version: $version }) {
      version
      userErrors { code message advice retryable }
    }
  }
`);

type View = ResultOf<typeof ViewsOf>["views"][number];
type Version = View["versions"][number];

/** What is shown, view by view: from which version, how far that is, and the verb that makes it anew. */
export function Views() {
  // Nothing is recorded of views; they move with every event, and are read again when somebody asks for that.
  const { data, problem, refetch } = useLive(ViewsOf, {}, []);
  if (data === undefined) {
    return problem === undefined ? <Loading rows={6} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const total = data.views.reduce(
    (sum, { versions }) => sum + versions.reduce((of, { sizeBytes }) => of + sizeBytes, 0),
    0,
  );
  return (
    <>
      <p className="line-form">
        <span>
          {number(data.views.length)} views, {size(total)} on the disk.
        </span>
        <Button small icon="refresh" onClick={refetch}>
          Look again
        </Button>
      </p>
      {data.views.length === 0 ? (
        <Empty title="There are no views." />
      ) : (
        <ul className="rows" aria-label="Views">
          {data.views.map((view) => (
            <ViewRow key={view.name} view={view} onDone={refetch} />
          ))}
        </ul>
      )}
    </>
  );
}

function ViewRow({ view: { name, versions }, onDone }: { view: View; onDone(): void }) {
  const may = useMay("administer");
  const rebuild = useAct(RebuildView);
  const isBuilding = versions.some(({ state }) => state === "BUILDING");
  return (
    <li className="opens">
      <div className="grow">
        <b>{name.replaceAll("_", " ")}</b>
        {versions.map((version) => (
          <VersionLine key={version.version} name={name} version={version} onDone={onDone} />
        ))}
        <Refused problem={rebuild.problem} />
      </div>
      {may.isShown && (
        <span className="row-acts">
          <Button
            small
            look="bare"
            aria-label={`Make anew: ${name}`}
            off={may.off ?? (isBuilding ? "It is being made." : undefined)}
            running={rebuild.isRunning && "Beginning…"}
            onClick={async () => {
              await rebuild.run({ name });
              onDone();
            }}
          >
            Make anew
          </Button>
        </span>
      )}
    </li>
  );
}

function VersionLine({ name, version, onDone }: { name: string; version: Version; onDone(): void }) {
  const may = useMay("administer");
  const use = useAct(UseView);
  const [is, word] = VERSIONS[version.state];
  const { fault, trouble, keptUntil, comparison } = version;
  return (
    <div className="s text">
      <State is={is}>
        {word} {version.version}
      </State>{" "}
      <span className="q">
        {behindWords(version)}, {size(version.sizeBytes)}
        {keptUntil !== null && `, kept until ${moment(keptUntil)}`}.
        {trouble !== null && ` Tries again: ${sentence(trouble)}`}
        {fault !== null && ` It stopped at No. ${number(fault.position)}: ${sentence(fault.reason)}`}
        {comparison !== null && ` ${comparedWords(comparison)}`}
      </span>
      {may.isShown && (version.state === "KEPT" || version.state === "READY") && (
        <Confirm
          word="Show from this"
          label={`Show from this: ${name} ${version.version}`}
          says={`Show ${name} from version ${version.version}`}
          keep="Leave it"
          off={may.off}
          running={use.isRunning && "Changing…"}
          onYes={async () => {
            await use.run({ name, version: version.version });
            onDone();
          }}
        />
      )}
      <Refused problem={use.problem} />
    </div>
  );
}
