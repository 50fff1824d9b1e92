/** What `/readyz` says about the server. */
export interface Readiness {
  state: "ready" | "waiting" | "unreachable";
  word: string;
  /** What the server adds, as it says it. */
  detail: string;
}

/** More than this is not for this page. */
const DETAIL_LENGTH_MAX = 2000;

/** How long the server may take to answer. */
const ANSWER_TIMEOUT_MS = 4000;

/** Asks the server whether it is ready. */
export async function askReadiness(fetcher: typeof fetch): Promise<Readiness> {
  try {
    const answer = await fetcher("./readyz", {
      cache: "no-store",
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    return read(answer.status, await answer.text());
  } catch {
    return { state: "unreachable", word: "Not reachable", detail: "" };
  }
}

function read(status: number, body: string): Readiness {
  const detail = body.trim().slice(0, DETAIL_LENGTH_MAX);
  if (status === 200) {
    return { state: "ready", word: "Ready", detail: "" };
  }
  return { state: "waiting", word: `Not ready (${status})`, detail };
}
