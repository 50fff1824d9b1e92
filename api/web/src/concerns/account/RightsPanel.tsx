import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql } from "../../client/graphql";
import { Button } from "../../parts/Button";
import { Refused } from "../../parts/states";
import type { User } from "./Users";
import { permissionWords, ROLES, type RoleName } from "./words";

const SetUser = graphql(`
  mutation SetUser($id: ID!, $name: String, $role: Role!, $permissions: [String!]!) {
    userSet(input: { id: $id, name: $name, role: $role, permissions: $permissions }) {
      position
      userErrors { code message advice retryable }
    }
  }
`);

interface Props {
  user: User;
  /** Whatever whoever is here may do, and so let others do. */
  grantable: readonly string[];
}

/** What somebody is called and may do: a role, and single permissions beyond it. */
export function RightsPanel({ user, grantable }: Props) {
  const may = useMay("administer");
  const set = useAct(SetUser);
  const [name, setName] = useState(user.name);
  const [role, setRole] = useState<RoleName>(user.role);
  const [extra, setExtra] = useState<readonly string[]>(user.extraPermissions);
  // What the role has by itself is known of the role that he has now; of another one the server knows.
  const ofRole = user.permissions.filter((word) => !user.extraPermissions.includes(word));
  const choices = grantable.filter((word) => role !== user.role || !ofRole.includes(word));
  const isChanged =
    name.trim() !== user.name || role !== user.role || extra.join() !== user.extraPermissions.join();

  function submit(event: FormEvent) {
    event.preventDefault();
    void set.run({ id: user.id, name: name.trim() || null, role, permissions: [...extra] });
  }

  return (
    <form onSubmit={submit}>
      <div className="line-form">
        <input
          aria-label="Name"
          maxLength={40}
          required={user.name !== ""}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <select
          aria-label="Role"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as RoleName)}
        >
          {ROLES.map(([value, word, does]) => (
            <option key={value} value={value}>
              {word}: {does}
            </option>
          ))}
        </select>
      </div>
      {role !== "OWNER" && choices.length > 0 && (
        <fieldset className="ticks">
          <legend>Also, beyond the role</legend>
          {choices.map((word) => (
            <label key={word}>
              <input
                type="checkbox"
                className="box"
                checked={extra.includes(word)}
                onChange={(event) =>
                  setExtra(
                    event.currentTarget.checked ? [...extra, word] : extra.filter((other) => other !== word),
                  )
                }
              />
              {permissionWords(word)}
            </label>
          ))}
        </fieldset>
      )}
      {may.isShown && (
        <p className="acts save">
          <Button
            small
            type="submit"
            off={may.off ?? (isChanged ? undefined : "Nothing is changed yet.")}
            running={set.isRunning && "Keeping…"}
          >
            Keep this
          </Button>
        </p>
      )}
      <Refused problem={set.problem} />
    </form>
  );
}
