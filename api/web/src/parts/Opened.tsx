import { type ReactNode, useState } from "react";

import { Button } from "./Button";

/** What is asked for and shown once somebody wants to see it. */
export function Opened({ name, children }: { name: string; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button small aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {name}
      </Button>
      {isOpen && children}
    </>
  );
}
