import { useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { useLive } from "../../client/live";
import { useTense } from "../../client/tense";
import { useFresh } from "./use-fresh";

const FilesOfChecks = graphql(`query FilesOfChecks { checkFiles { name errors } }`);

/** Nobody is told that a file was read: the folder is looked at each few seconds. */
const FOLDER_MS = 10_000;

/** What can't be understood of the server's files of checks; nothing if all of it is. */
export function Files() {
  const { isPast } = useTense();
  const may = useMay("check");
  const { data, refetch } = useLive(FilesOfChecks, {}, ["check"], { pause: isPast || !may.isShown });
  useFresh(refetch, FOLDER_MS);
  const wrong = (data?.checkFiles ?? []).filter(({ errors }) => errors.length > 0);
  return wrong.map(({ name, errors }) => (
    <section key={name} className="panel check-file" aria-label={`What is wrong in ${name}`}>
      <h2>{name} is not all understood</h2>
      <ul>
        {errors.map((error) => (
          <li key={error}>
            <pre className="proof">{error}</pre>
          </li>
        ))}
      </ul>
      <p className="s q">Until it is mended, what it said before stays.</p>
    </section>
  ));
}
