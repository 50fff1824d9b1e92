import type { CombinedError } from "urql";

/** Why something could not be had or done, as it may be shown. */
export interface Problem {
  /** What did not work and why, in a sentence. */
  message: string;
  /** What to do about it. */
  advice: string | null;
  code: string | null;
  /** Whether it may work another time. */
  isRetryable: boolean;
  /** Who asks may not have it. */
  isForbidden: boolean;
}

interface Refusal {
  code: string;
  message: string;
  advice: string | null;
  retryable: boolean;
}

/** A refusal of an act. */
export function refused({ code, message, advice, retryable }: Refusal): Problem {
  return { message, advice, code, isRetryable: retryable, isForbidden: code === "FORBIDDEN" };
}

/** What an answer lacks, in words. */
export function problemOf(error: CombinedError): Problem {
  const [first] = error.graphQLErrors;
  if (first === undefined) {
    return {
      message: "The server does not answer.",
      advice: "Nothing is lost; it is asked again as soon as it is there.",
      code: null,
      isRetryable: true,
      isForbidden: false,
    };
  }
  const code = String(first.extensions.code ?? "") || null;
  return {
    message: sentence(first.message),
    advice: typeof first.extensions.advice === "string" ? first.extensions.advice : null,
    code,
    isRetryable: first.extensions.retryable === true,
    isForbidden: code === "FORBIDDEN",
  };
}

/** A message of the server as a sentence: it begins with a capital and ends with a stop. */
export function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?…]$/.test(begun) ? begun : `${begun}.`;
}
