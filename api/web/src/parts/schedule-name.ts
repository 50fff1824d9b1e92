interface Named {
  id: string;
  title: string | null;
  url: string;
}

/** What a schedule is called: one that the server named after a list says which list it is. */
export function scheduleName(name: string, lists: readonly Named[]): string {
  const [, id] = /^refresh (playlist-\S+)$/.exec(name) ?? [];
  if (id === undefined) {
    return name;
  }
  const list = lists.find((one) => one.id === id);
  return list === undefined ? "Refreshes a list" : `Refreshes ${list.title ?? list.url}`;
}
