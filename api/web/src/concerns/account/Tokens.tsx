import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { moment } from "../../parts/format";
import { Failed, Loading, Refused } from "../../parts/states";
import { ROLES, type RoleName } from "./words";

const TokensOf = graphql(`
  query TokensOf($asOf: AsOfInput) {
    tokens(asOf: $asOf) { id name isLocal role networks expiresAt isDisabled }
  }
`);
const CreateToken = graphql(`
  mutation CreateToken($name: String!, $role: Role!, $expiresInSeconds: Int) {
    tokenCreate(input: { name: $name, role: $role, expiresInSeconds: $expiresInSeconds }) {
      secret
      position
      userErrors { code message advice retryable }
    }
  }
`);
const RevokeToken = graphql(`
  mutation RevokeToken($id: ID!) {
    tokenRevoke(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

type Token = ResultOf<typeof TokensOf>["tokens"][number];

const DAY = 86_400;
const SPANS = [
  ["", "for ever"],
  [String(DAY), "for a day"],
  [String(30 * DAY), "for a month"],
  [String(365 * DAY), "for a year"],
] as const;

/** Tokens: who may come in, as what, until when. */
export function Tokens() {
  const { data, problem, refetch } = useLive(TokensOf, {}, ["account"]);
  const may = useMay("audit");
  if (data === undefined) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  return (
    <>
      {may.isShown && <Create off={may.off} />}
      <ul className="rows">
        {data.tokens.map((token) => (
          <TokenRow key={token.id} token={token} />
        ))}
      </ul>
    </>
  );
}

function Create({ off }: { off: string | undefined }) {
  const create = useAct(CreateToken);
  const [name, setName] = useState("");
  const [role, setRole] = useState<RoleName>("VIEWER");
  const [expires, setExpires] = useState("");
  const [secret, setSecret] = useState<string | null>(null);
  const [isCopied, setCopied] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setCopied(false);
    const expiresInSeconds = expires === "" ? null : Number(expires);
    const made = await create.run({ name: name.trim(), role, expiresInSeconds });
    setSecret(made?.tokenCreate.secret ?? null);
    if (made !== null) {
      setName("");
    }
  }

  return (
    <>
      <form className="line-form" onSubmit={submit}>
        <input
          aria-label="What it is called"
          placeholder="What it is for: phone"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <select
          aria-label="What it may do"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as typeof role)}
        >
          {ROLES.map(([value, word, does]) => (
            <option key={value} value={value}>
              {word}: {does}
            </option>
          ))}
        </select>
        <select
          aria-label="How long"
          value={expires}
          onChange={(event) => setExpires(event.currentTarget.value)}
        >
          {SPANS.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
        <Button type="submit" look="main" icon="plus" off={off} running={create.isRunning && "Making…"}>
          Make a token
        </Button>
        <Refused problem={create.problem} />
      </form>
      {secret !== null && (
        <div className="once" role="status">
          <b>This is the token. It is shown this once and stored nowhere.</b>
          <code className="proof">{secret}</code>
          {navigator.clipboard !== undefined && (
            <Button
              small
              icon="copy"
              onClick={async () => {
                await navigator.clipboard.writeText(secret);
                setCopied(true);
              }}
            >
              {isCopied ? "Copied" : "Copy"}
            </Button>
          )}{" "}
          <Button small look="bare" onClick={() => setSecret(null)}>
            I have it
          </Button>
        </div>
      )}
    </>
  );
}

function TokenRow({
  token: { id, name: called, isLocal, role, networks, expiresAt, isDisabled },
}: {
  token: Token;
}) {
  const may = useMay("audit");
  const revoke = useAct(RevokeToken);
  const [isAsked, setAsked] = useState(false);
  // What it is called is for programs: the moment that it was made at stands in it.
  const name = isLocal ? "This machine" : called;
  const [, word, does] = ROLES.find(([value]) => value === role) ?? [role, role, ""];
  return (
    <li>
      <div className="grow">
        <b className="cut">{name}</b>
        <p className="s q">
          {word}: {does}
          {networks.length > 0 && `, from ${networks.join(", ")}`}
          {expiresAt !== null && `, until ${moment(expiresAt)}`}.
          {isDisabled && " Opens nothing, since whoever made it is disabled."}
          {isLocal && " It lies in the data folder: the command line on the server’s own machine shows it."}
        </p>
        <Refused problem={revoke.problem} />
      </div>
      {may.isShown &&
        (isAsked ? (
          <>
            <Button
              small
              off={may.off}
              running={revoke.isRunning && "Taking away…"}
              onClick={() => void revoke.run({ id })}
            >
              Take it away: it can't be undone
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
            aria-label={`Take away ${name}`}
            onClick={() => setAsked(true)}
          >
            Take away
          </Button>
        ))}
    </li>
  );
}
