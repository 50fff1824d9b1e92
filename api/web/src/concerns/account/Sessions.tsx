import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { Confirm } from "../../parts/Confirm";
import { ago, count, moment } from "../../parts/format";
import { Refused } from "../../parts/states";
import { browserWords } from "./words";

export const SessionShown = graphql(`
  fragment SessionShown on BrowserSession {
    id
    openedAt
    expiresAt
    address
    agent
    isThis
  }
`);
const RevokeSession = graphql(`
  mutation RevokeSession($id: ID!) {
    sessionRevoke(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const RevokeSessions = graphql(`
  mutation RevokeSessions($userId: ID) {
    sessionRevokeAll(input: { userId: $userId }) { position userErrors { code message advice retryable } }
  }
`);

type Session = ResultOf<typeof SessionShown>;

interface Props {
  /** Whose they are; one's own if it is left out. */
  userId?: string;
  sessions: readonly Session[];
}

/** Browsers that somebody is signed in by; each can be ended, and all of them at once. */
export function Sessions({ userId, sessions }: Props) {
  const may = useMay(userId === undefined ? "read" : "administer");
  const all = useAct(RevokeSessions);
  if (sessions.length === 0) {
    return <p className="q">Signed in nowhere.</p>;
  }
  return (
    <>
      <ul className="rows" aria-label="Browsers that are signed in">
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} isShown={may.isShown} off={may.off} />
        ))}
      </ul>
      {may.isShown && sessions.length > 1 && (
        <Confirm
          word="Sign out everywhere"
          label="Sign out everywhere"
          says={`Sign out of all ${count(sessions.length, "browser")}`}
          keep="Stay signed in"
          off={may.off}
          running={all.isRunning && "Signing out…"}
          onYes={() => void all.run({ userId: userId ?? null })}
        />
      )}
      <Refused problem={all.problem} />
    </>
  );
}

interface RowProps {
  session: Session;
  isShown: boolean;
  off: string | undefined;
}

function SessionRow({ session, isShown, off }: RowProps) {
  const { id, openedAt, expiresAt, address, agent, isThis } = session;
  const revoke = useAct(RevokeSession);
  const words = browserWords(agent);
  return (
    <li className="opens">
      <div className="grow">
        <b title={agent}>{words}</b>
        {isThis && <span className="q"> this one</span>}
        <p className="s q text">
          From {address}, since {ago(openedAt)}; ends {moment(expiresAt)} unless it is used until then.
        </p>
        <Refused problem={revoke.problem} />
      </div>
      {isShown && (
        <span className="row-acts">
          <Confirm
            word="Sign out"
            label={`Sign out of ${words}`}
            says={isThis ? "Sign out here: it is this browser" : "Sign it out now"}
            keep="Stay signed in"
            off={off}
            running={revoke.isRunning && "Signing out…"}
            onYes={() => void revoke.run({ id })}
          />
        </span>
      )}
    </li>
  );
}
