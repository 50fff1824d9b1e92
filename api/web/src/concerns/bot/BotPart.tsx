import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { Field } from "../../parts/Field";
import { count } from "../../parts/format";
import { Failed, Loading, NotYet, Refused } from "../../parts/states";
import { peopleOf } from "./people";

const BotOf = graphql(`
  query BotOf($asOf: AsOfInput) {
    bot(asOf: $asOf) { secretId allow perMinute server }
    secrets(first: 200, asOf: $asOf) { nodes { id name } }
  }
`);
const SetBot = graphql(`
  mutation SetBot($secret: String!, $allow: [Long!]!, $perMinute: Int!, $server: String) {
    botSet(input: { secret: $secret, allow: $allow, perMinute: $perMinute, server: $server }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);
const RemoveBot = graphql(`
  mutation RemoveBot {
    botRemove(input: {}) { position userErrors { code message advice retryable } }
  }
`);

type Now = ResultOf<typeof BotOf>;

/** How much each may ask in a minute, if nobody says it. */
const PER_MINUTE = 20;

/** The bot by which people may ask. */
export function BotPart() {
  const { data, problem, refetch } = useLive(BotOf, {}, ["bot", "secret"]);
  const may = useMay("bot");
  const remove = useAct(RemoveBot);
  // Whoever may not read a part of it is answered without that part.
  if (data?.bot === undefined || data.secrets == null) {
    return problem === undefined ? <Loading rows={2} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const { bot, secrets } = data;
  const token = secrets.nodes.find(({ id }) => id === bot?.secretId)?.name;
  return (
    <>
      {bot === null ? (
        <NotYet title="Nobody asks by a bot.">
          Telegram’s @BotFather makes one and tells its token. Keep that under{" "}
          <Link to="/settings" search={{ part: "secrets" } as never} className="link">
            Secrets
          </Link>
          , and choose it here.
        </NotYet>
      ) : (
        <ul className="rows">
          <li className="opens">
            <div className="grow">
              <b>{count(bot.allow.length, "person", "people")} may ask</b>
              <p className="s q text">
                By the token “{token ?? "a secret that is gone"}”, {bot.perMinute} times a minute each
                {bot.server !== null && `, by ${bot.server}`}.
              </p>
              <Refused problem={remove.problem} />
            </div>
            {may.isShown && (
              <span className="row-acts">
                <Confirm
                  word="Remove"
                  label="Remove the bot"
                  says="Let nobody ask by it any more"
                  off={may.off}
                  running={remove.isRunning && "Removing…"}
                  onYes={() => void remove.run({})}
                />
              </span>
            )}
          </li>
        </ul>
      )}
      {may.isShown && secrets.nodes.length > 0 && (
        <BotForm key={JSON.stringify(bot)} off={may.off} bot={bot} secrets={secrets.nodes} />
      )}
    </>
  );
}

interface FormProps {
  off: string | undefined;
  bot: Now["bot"];
  secrets: Now["secrets"]["nodes"];
}

function BotForm({ off, bot, secrets }: FormProps) {
  const set = useAct(SetBot);
  const [secret, setSecret] = useState(secrets.find(({ id }) => id === bot?.secretId)?.name ?? "");
  const [people, setPeople] = useState(bot?.allow.join(", ") ?? "");
  const [perMinute, setPerMinute] = useState(String(bot?.perMinute ?? PER_MINUTE));
  const [server, setServer] = useState(bot?.server ?? "");
  const allow = peopleOf(people);
  const isNoNumber = people.trim() !== "" && allow === undefined;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (allow !== undefined) {
      void set.run({
        secret,
        allow,
        perMinute: Number(perMinute),
        server: server.trim() === "" ? null : server.trim(),
      });
    }
  }

  return (
    <>
      <h2 className="under-head">{bot === null ? "Set a bot" : "Set it otherwise"}</h2>
      <form className="fields" onSubmit={submit}>
        <Field label="Its token">
          {(control) => (
            <select
              {...control}
              required
              value={secret}
              onChange={(event) => setSecret(event.currentTarget.value)}
            >
              <option value="">Choose a secret</option>
              {secrets.map(({ id, name }) => (
                <option key={id} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label="Who may ask"
          hint={
            isNoNumber
              ? "Numbers alone, with commas between: those that Telegram gives people."
              : "The numbers that Telegram gives people; @userinfobot tells each his own."
          }
        >
          {(control) => (
            <input
              {...control}
              aria-invalid={isNoNumber || undefined}
              placeholder="123456789, 987654321"
              required
              value={people}
              onChange={(event) => setPeople(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Times a minute, each">
          {(control) => (
            <input
              {...control}
              type="number"
              min={1}
              required
              value={perMinute}
              onChange={(event) => setPerMinute(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label="Server" hint="Telegram’s own, if it is left empty.">
          {(control) => (
            <input
              {...control}
              type="url"
              placeholder="https://api.telegram.org"
              value={server}
              onChange={(event) => setServer(event.currentTarget.value)}
            />
          )}
        </Field>
        <div className="acts">
          <Button
            type="submit"
            look="main"
            off={off ?? (isNoNumber ? "Who may ask is said by numbers alone." : undefined)}
            running={set.isRunning && "Setting…"}
          >
            Let them ask
          </Button>
        </div>
        <Refused problem={set.problem} />
      </form>
    </>
  );
}
