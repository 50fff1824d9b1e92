import { type ReactNode, useEffect, useState } from "react";

import { type Problem, sentence } from "../client/problem";
import { Button } from "./Button";

interface Props {
  /** A small line drawing; each kind has its own. */
  art?: ReactNode;
  /** One sentence in the record voice. */
  title: string;
  /** What to know. */
  children?: ReactNode;
  /** The next verb. */
  acts?: ReactNode;
  /** Whether it is all that the page has: then its sentence is the heading of the page. */
  isPage?: boolean;
}

function StatePanel({ art, title, children, acts, isPage = false }: Props) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <section className="panel state">
      {art}
      <Heading>{title}</Heading>
      {children !== undefined && <div className="q">{children}</div>}
      {acts !== undefined && <div className="acts">{acts}</div>}
    </section>
  );
}

function Drawing({ children }: { children: ReactNode }) {
  return (
    <svg
      className="art"
      viewBox="0 0 320 92"
      preserveAspectRatio="xMinYMid meet"
      aria-hidden="true"
      fill="none"
      stroke="var(--line-2)"
      strokeWidth="1.5"
    >
      {children}
    </svg>
  );
}

/** Nothing is there: what would be, why it isn't, and the next verb. */
export function Empty(props: Props) {
  const art = (
    <Drawing>
      <path d="M14 4V88" strokeDasharray="2 5" strokeLinecap="round" />
      <rect x="34" y="8" width="58" height="33" rx="5" strokeDasharray="4 4" />
      <rect x="34" y="51" width="58" height="33" rx="5" strokeDasharray="4 4" />
      <path
        d="M106 18h92M106 30h54M106 61h78M106 73h44"
        stroke="var(--line)"
        strokeWidth="6"
        strokeLinecap="round"
      />
      <circle cx="14" cy="24" r="4.5" fill="var(--surface)" stroke="var(--accent)" strokeWidth="2" />
    </Drawing>
  );
  return <StatePanel art={art} {...props} />;
}

/** What is not set up yet. */
export function NotYet(props: Props) {
  const art = (
    <Drawing>
      <circle cx="48" cy="46" r="38" />
      <circle cx="48" cy="46" r="26" strokeDasharray="2 5" />
      <circle cx="48" cy="46" r="9" />
      <path d="M104 46h110" strokeDasharray="2 5" strokeLinecap="round" />
    </Drawing>
  );
  return <StatePanel art={art} {...props} />;
}

/** What whoever is here may not see or do. */
export function MayNot({ title = "You may not see this.", children, ...rest }: Partial<Props>) {
  const art = (
    <Drawing>
      <rect x="10" y="14" width="200" height="26" rx="6" />
      <rect x="10" y="52" width="200" height="26" rx="6" />
      <path d="M24 27h70M24 65h96" stroke="var(--line)" strokeWidth="6" strokeLinecap="round" />
      <circle cx="194" cy="27" r="5" />
      <circle cx="194" cy="65" r="5" />
    </Drawing>
  );
  return (
    <StatePanel art={art} title={title} {...rest}>
      {children ?? "Your role here does not have it. Whoever owns this Mediary can change that."}
    </StatePanel>
  );
}

interface FailedProps {
  problem: Problem;
  /** What did not work, as a sentence in the record voice. */
  title?: string;
  onRetry?: () => void;
  isPage?: boolean;
}

/** What could not be had: what did not work, the plain reason, and what to do. */
export function Failed({ problem, title = "This could not be read.", onRetry, isPage = false }: FailedProps) {
  if (problem.isForbidden) {
    return <MayNot isPage={isPage} />;
  }
  const art = (
    <Drawing>
      <path d="M14 4V40M14 62V88" />
      <path d="M8 46l12 4M8 54l12 4" stroke="var(--bad)" strokeWidth="2" />
      <circle cx="14" cy="18" r="5" fill="var(--good-bar)" stroke="none" />
      <path d="M34 12h120M34 24h70" stroke="var(--line)" strokeWidth="6" strokeLinecap="round" />
      <path d="M34 52h150" stroke="var(--bad-line)" strokeWidth="6" strokeLinecap="round" />
      <path d="M34 76h96" stroke="var(--line)" strokeWidth="6" strokeLinecap="round" strokeDasharray="1 12" />
    </Drawing>
  );
  return (
    <StatePanel
      art={art}
      title={title}
      isPage={isPage}
      acts={
        onRetry !== undefined && (
          <Button small onClick={onRetry}>
            Try now
          </Button>
        )
      }
    >
      <p>{problem.message}</p>
      {problem.advice !== null && <p>{sentence(problem.advice)}</p>}
    </StatePanel>
  );
}

/** Bones in the shape of what comes, and only after 300 ms. */
export function Loading({ rows = 4, label = "Loading" }: { rows?: number; label?: string }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 300);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className="bones" role="status" aria-label={label}>
      {isSlow &&
        Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bones have nothing but their place.
          <div key={row} className="bone-row" aria-hidden="true">
            <span className="bone th" />
            <span className="bone-lines">
              <span className="bone" />
              <span className="bone" />
            </span>
          </div>
        ))}
    </div>
  );
}

/** What an act was refused with, beside the act. */
export function Refused({ problem }: { problem: Problem | undefined }) {
  return problem === undefined ? null : (
    <p className="refused s" role="alert">
      {problem.message} {problem.advice !== null && <span className="q">{problem.advice}</span>}
    </p>
  );
}
