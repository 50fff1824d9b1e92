import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { base } from "../../client/base";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { moment } from "../../parts/format";
import { Once } from "../../parts/Once";
import { Refused } from "../../parts/states";

const InviteUser = graphql(`
  mutation InviteUser($id: ID!, $expiresInSeconds: Int!) {
    userInvite(input: { id: $id, expiresInSeconds: $expiresInSeconds }) {
      path
      expiresAt
      position
      userErrors { code message advice retryable }
    }
  }
`);
const SetPassword = graphql(`
  mutation SetPassword($id: ID!, $password: SecretValue!) {
    userPasswordSet(input: { id: $id, password: $password }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

const HOUR = 3_600;
const SPANS = [
  [HOUR, "for an hour"],
  [24 * HOUR, "for a day"],
  [7 * 24 * HOUR, "for a week"],
] as const;
/** The least that the server takes. */
const PASSWORD_MIN = 10;

interface Props {
  id: string;
  name: string;
  hasPassword: boolean;
}

/** Another password for somebody: by a link with which he sets it himself, or one that is told to him. */
export function PasswordPanel({ id, name, hasPassword }: Props) {
  const may = useMay("administer");
  const invite = useAct(InviteUser);
  const set = useAct(SetPassword);
  const [seconds, setSeconds] = useState<number>(24 * HOUR);
  const [link, setLink] = useState<{ href: string; until: string }>();
  const [password, setPassword] = useState("");
  const [isSet, setDone] = useState(false);

  async function makeLink(event: FormEvent) {
    event.preventDefault();
    const made = await invite.run({ id, expiresInSeconds: seconds });
    const { path, expiresAt } = made?.userInvite ?? {};
    setLink(
      path == null
        ? undefined
        : { href: new URL(path, base).href, until: expiresAt == null ? "" : moment(expiresAt) },
    );
  }

  async function tell(event: FormEvent) {
    event.preventDefault();
    setDone(false);
    const done = await set.run({ id, password });
    // What was typed stays nowhere.
    setPassword("");
    setDone(done !== null);
  }

  return (
    <>
      {link !== undefined && (
        <Once
          says={`By this link ${name} sets a password, once, until ${link.until}. It is shown this once and stored nowhere.`}
          value={link.href}
          onDone={() => setLink(undefined)}
        />
      )}
      <form className="line-form" onSubmit={makeLink}>
        <select
          aria-label="How long the link holds"
          value={seconds}
          onChange={(event) => setSeconds(Number(event.currentTarget.value))}
        >
          {SPANS.map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </select>
        <Button small type="submit" icon="link" off={may.off} running={invite.isRunning && "Making…"}>
          Make a link
        </Button>
        <span className="s q">{name} sets the password; nobody else ever sees it.</span>
        <Refused problem={invite.problem} />
      </form>
      <form className="line-form" onSubmit={tell}>
        <input
          type="password"
          aria-label={`A new password for ${name}`}
          placeholder={`At least ${PASSWORD_MIN} characters`}
          autoComplete="new-password"
          minLength={PASSWORD_MIN}
          maxLength={256}
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button small type="submit" off={may.off} running={set.isRunning && "Setting…"}>
          Set a password
        </Button>
        <span className="s q" role="status">
          {isSet
            ? "It counts from now on."
            : hasPassword
              ? `${name} is signed out everywhere.`
              : "You tell it, in whichever way is safe."}
        </span>
        <Refused problem={set.problem} />
      </form>
    </>
  );
}
