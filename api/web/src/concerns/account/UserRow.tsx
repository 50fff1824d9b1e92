import { useId } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { NAMELESS } from "../../client/session";
import { Button } from "../../parts/Button";
import { Confirm } from "../../parts/Confirm";
import { count } from "../../parts/format";
import { State } from "../../parts/State";
import { Refused } from "../../parts/states";
import { ThingLink } from "../../parts/ThingLink";
import { PasswordPanel } from "./PasswordPanel";
import { RightsPanel } from "./RightsPanel";
import { Sessions } from "./Sessions";
import type { User } from "./Users";
import { permissionWords, ROLES } from "./words";

const DisableUser = graphql(`
  mutation DisableUser($id: ID!) {
    userDisable(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const EnableUser = graphql(`
  mutation EnableUser($id: ID!) {
    userEnable(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);
const RemoveUser = graphql(`
  mutation RemoveUser($id: ID!) {
    userRemove(input: { id: $id }) { position userErrors { code message advice retryable } }
  }
`);

const PANELS = [
  ["rights", "Rights"],
  ["password", "Password"],
  ["sessions", "Browsers"],
] as const;

/** What is open below a row. */
export type PanelName = (typeof PANELS)[number][0];

interface Props {
  user: User;
  isYou: boolean;
  /** Whatever whoever is here may do, and so let others do. */
  grantable: readonly string[];
  panel: PanelName | undefined;
  onPanel(panel: PanelName | undefined): void;
}

/** Somebody: what he may do, whether he can sign in, and by how many browsers he has. */
export function UserRow({ user, isYou, grantable, panel, onPanel }: Props) {
  const { id, role, extraPermissions, hasPassword, isDisabled, sessions } = user;
  const name = user.name || NAMELESS;
  // Nobody signs in without a name: a password comes after it.
  const isNameless = user.name === "";
  const may = useMay("administer");
  const disable = useAct(DisableUser);
  const enable = useAct(EnableUser);
  const remove = useAct(RemoveUser);
  const region = useId();
  const [, word, does] = ROLES.find(([value]) => value === role) ?? [role, role, ""];
  const extra =
    extraPermissions.length === 0 ? "" : `; also: ${extraPermissions.map(permissionWords).join(", ")}`;
  const comes = isDisabled
    ? "Let in by no door, nor is whoever shows a token made by this user."
    : isNameless
      ? "The name was destroyed for good; under Rights another one can be given."
      : !hasPassword
        ? "No password yet: nobody can sign in as this user."
        : sessions.length === 0
          ? "Signed in nowhere."
          : `Signed in by ${count(sessions.length, "browser")}.`;
  return (
    <li className="opens">
      <div className="grow">
        <b>
          <ThingLink id={id} tab="history" className="plain">
            {name}
          </ThingLink>
        </b>
        {isYou && <span className="q"> you</span>} {isDisabled && <State is="held">Disabled</State>}
        <p className="s q text">
          {word}: {does}
          {extra}. {comes}
        </p>
        <Refused problem={disable.problem ?? enable.problem ?? remove.problem} />
      </div>
      <span className="row-acts">
        {PANELS.filter(([value]) =>
          value === "sessions" ? true : may.isShown && !(value === "password" && isNameless),
        ).map(([value, label]) => (
          <Button
            key={value}
            small
            look={panel === value ? undefined : "bare"}
            aria-expanded={panel === value}
            aria-controls={panel === value ? region : undefined}
            aria-label={`${label} of ${name}`}
            onClick={() => onPanel(panel === value ? undefined : value)}
          >
            {label}
          </Button>
        ))}
        {may.isShown && (
          <Button
            small
            look="bare"
            off={may.off}
            aria-label={`${isDisabled ? "Enable" : "Disable"} ${name}`}
            running={(disable.isRunning && "Disabling…") || (enable.isRunning && "Enabling…")}
            onClick={() => void (isDisabled ? enable : disable).run({ id })}
          >
            {isDisabled ? "Enable" : "Disable"}
          </Button>
        )}
        {may.isShown && (
          <Confirm
            word="Remove"
            label={`Remove ${name}`}
            says={`Remove ${name}: signs out everywhere, and can’t be undone`}
            off={may.off}
            running={remove.isRunning && "Removing…"}
            onYes={() => void remove.run({ id })}
          />
        )}
      </span>
      {panel !== undefined && (
        <section id={region} className="row-open" aria-label={`${labelOf(panel)} of ${name}`}>
          {panel === "rights" && <RightsPanel user={user} grantable={grantable} />}
          {panel === "password" && <PasswordPanel id={id} name={name} hasPassword={hasPassword} />}
          {panel === "sessions" && <Sessions userId={id} sessions={sessions} />}
        </section>
      )}
    </li>
  );
}

function labelOf(panel: PanelName): string {
  return PANELS.find(([value]) => value === panel)?.[1] ?? panel;
}
