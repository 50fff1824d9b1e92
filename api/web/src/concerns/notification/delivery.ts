import type { StateName } from "../../parts/State";

/** How it stands with a message, as one of the ten states and in a closer word. */
export const DELIVERIES: Record<
  "QUEUED" | "SENDING" | "SENT" | "FAILED" | "UNSURE" | "SKIPPED",
  [StateName, string]
> = {
  QUEUED: ["waiting", "Waits"],
  SENDING: ["moving", "Being sent"],
  SENT: ["kept", "Taken"],
  FAILED: ["failed", "Not taken"],
  UNSURE: ["late", "Nobody knows"],
  SKIPPED: ["held", "Skipped"],
};
