import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { moment } from "../../parts/format";
import { Empty, Failed, Loading, Refused } from "../../parts/states";

const SecretsOf = graphql(`
  query SecretsOf($minPosition: Position, $asOf: AsOfInput) {
    secrets(first: 200, minPosition: $minPosition, asOf: $asOf) { nodes { id name setAt } }
  }
`);
const SetSecret = graphql(`
  mutation SetSecret($name: String!, $value: SecretValue!) {
    secretSet(input: { name: $name, value: $value }) { position userErrors { code message advice retryable } }
  }
`);
const DeleteSecret = graphql(`
  mutation DeleteSecret($id: ID!) {
    secretDelete(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

type Secret = ResultOf<typeof SecretsOf>["secrets"]["nodes"][number];

/** Secrets by their names; what they are, only the vault knows. */
export function Secrets() {
  const { data, problem, refetch } = useLive(SecretsOf, {}, ["secret"]);
  const may = useMay("secret");
  const set = useAct(SetSecret);
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const isKnown = data.secrets.nodes.some((secret) => secret.name === name.trim());

  async function submit(event: FormEvent) {
    event.preventDefault();
    const done = await set.run({ name: name.trim(), value });
    // What was typed stays nowhere.
    setValue("");
    if (done !== null) {
      setName("");
    }
  }

  return (
    <>
      {may.isShown && (
        <form className="line-form" onSubmit={submit} autoComplete="off">
          <input
            aria-label="What it is called"
            placeholder="What it is called"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <input
            type="password"
            aria-label="The secret"
            placeholder="The secret"
            autoComplete="new-password"
            required
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Button type="submit" look="main" off={may.off} running={set.isRunning && "Sealing…"}>
            {isKnown ? "Set it anew" : "Keep it"}
          </Button>
          <Refused problem={set.problem} />
        </form>
      )}
      {data.secrets.nodes.length === 0 ? (
        <Empty title="No secret is kept." />
      ) : (
        <ul className="rows">
          {data.secrets.nodes.map((secret) => (
            <SecretRow key={secret.id} secret={secret} />
          ))}
        </ul>
      )}
    </>
  );
}

function SecretRow({ secret: { id, name, setAt } }: { secret: Secret }) {
  const may = useMay("secret");
  const remove = useAct(DeleteSecret);
  const [isAsked, setAsked] = useState(false);
  return (
    <li>
      <div className="grow">
        <b className="cut">{name}</b>
        <p className="s q">Set {moment(setAt)}.</p>
        <Refused problem={remove.problem} />
      </div>
      {may.isShown &&
        (isAsked ? (
          <>
            <Button
              small
              off={may.off}
              running={remove.isRunning && "Destroying…"}
              onClick={() => void remove.run({ id })}
            >
              Destroy it: it can't be undone
            </Button>
            <Button small look="bare" onClick={() => setAsked(false)}>
              Keep it
            </Button>
          </>
        ) : (
          <Button
            small
            look="bare"
            off={may.off}
            aria-label={`Destroy ${name}`}
            onClick={() => setAsked(true)}
          >
            Destroy
          </Button>
        ))}
    </li>
  );
}
