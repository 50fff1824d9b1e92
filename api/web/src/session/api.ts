import { address } from "../client/base";
import { sentence } from "../client/problem";

/** What the server answers before anybody is signed in. */
export type Said<T> = { ok: true; body: T } | { ok: false; status: number; code: string; message: string };

/** Asks what needs no session: signing in, and the set-up link. */
export async function say<T>(path: string, body: unknown): Promise<Said<T>> {
  let answer: Response;
  try {
    answer = await fetch(address(path), {
      method: "POST",
      headers: { "content-type": "application/json" },
      credentials: "same-origin",
      body: JSON.stringify(body),
    });
  } catch {
    return { ok: false, status: 0, code: "", message: "The server does not answer." };
  }
  const parsed: unknown = await answer.json().catch(() => null);
  if (answer.ok) {
    return { ok: true, body: parsed as T };
  }
  const error = (parsed as { errors?: { message: string; extensions?: { code?: string } }[] } | null)
    ?.errors?.[0];
  const message = error === undefined ? `The server answered ${answer.status}.` : sentence(error.message);
  return { ok: false, status: answer.status, code: error?.extensions?.code ?? "", message };
}
