import { type FormEvent, useState } from "react";

import { useAct, useMay } from "../../client/act";
import { graphql, type ResultOf } from "../../client/graphql";
import { useLive } from "../../client/live";
import { Button } from "../../parts/Button";
import { Empty, Failed, Loading, Refused } from "../../parts/states";
import { SessionShown } from "./Sessions";
import { type PanelName, UserRow } from "./UserRow";
import { ROLES, type RoleName } from "./words";

const UsersOf = graphql(
  `
    query UsersOf($asOf: AsOfInput) {
      users(asOf: $asOf) {
        id
        name
        role
        permissions
        extraPermissions
        hasPassword
        isDisabled
        sessions { ...SessionShown }
      }
      viewer(asOf: $asOf) { principalId permissions }
    }
  `,
  [SessionShown],
);
const AddUser = graphql(`
  mutation AddUser($name: String!, $role: Role!) {
    userAdd(input: { name: $name, role: $role }) {
      user { id }
      position
      userErrors { code message advice retryable }
    }
  }
`);

export type User = ResultOf<typeof UsersOf>["users"][number];

/** Who signs in by a name, and what each may do. */
export function Users() {
  const { data, problem, refetch } = useLive(UsersOf, {}, ["account", "user", "session"]);
  const may = useMay("administer");
  const [opened, setOpened] = useState<{ id: string; panel: PanelName }>();
  // Whoever may not read a part of it is answered without that part.
  if (data?.users == null) {
    return problem === undefined ? <Loading rows={3} /> : <Failed problem={problem} onRetry={refetch} />;
  }
  const { users, viewer } = data;
  return (
    <>
      {may.isShown && (
        <Add
          off={may.off}
          onAdded={(id) => {
            // Nobody signs in without a password: that is the next step.
            setOpened({ id, panel: "password" });
            refetch();
          }}
        />
      )}
      {users.length === 0 ? (
        <Empty title="Nobody signs in by a name yet.">
          Add somebody above, and give him the link by which he sets his password. Until then everybody comes
          in by a token.
        </Empty>
      ) : (
        <ul className="rows" aria-label="Users">
          {users.map((user) => (
            <UserRow
              key={user.id}
              user={user}
              isYou={user.id === viewer.principalId}
              grantable={viewer.permissions}
              panel={opened?.id === user.id ? opened.panel : undefined}
              onPanel={(panel) => setOpened(panel === undefined ? undefined : { id: user.id, panel })}
            />
          ))}
        </ul>
      )}
    </>
  );
}

function Add({ off, onAdded }: { off: string | undefined; onAdded(id: string): void }) {
  const add = useAct(AddUser);
  const [name, setName] = useState("");
  const [role, setRole] = useState<RoleName>("VIEWER");

  async function submit(event: FormEvent) {
    event.preventDefault();
    const added = await add.run({ name: name.trim(), role });
    if (added !== null) {
      setName("");
      const id = added.userAdd.user?.id;
      if (id !== undefined) {
        onAdded(id);
      }
    }
  }

  return (
    <form className="line-form" onSubmit={submit}>
      <input
        aria-label="Name of somebody new"
        placeholder="Name: anna"
        autoComplete="off"
        maxLength={40}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <select
        aria-label="What somebody new may do"
        value={role}
        onChange={(event) => setRole(event.currentTarget.value as RoleName)}
      >
        {ROLES.map(([value, word, does]) => (
          <option key={value} value={value}>
            {word}: {does}
          </option>
        ))}
      </select>
      <Button type="submit" look="main" icon="plus" off={off} running={add.isRunning && "Adding…"}>
        Add
      </Button>
      <Refused problem={add.problem} />
    </form>
  );
}
