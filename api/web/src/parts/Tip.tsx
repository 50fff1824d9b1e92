import { Content, Portal, Provider, Root, Trigger } from "@radix-ui/react-tooltip";
import type { ReactElement, ReactNode } from "react";

interface Props {
  says: ReactNode;
  children: ReactElement;
}

/** A tooltip: what a short form means, or why something is off. It also comes by keyboard. */
export function Tip({ says, children }: Props) {
  return (
    <Provider delayDuration={300}>
      <Root>
        <Trigger asChild>{children}</Trigger>
        <Portal>
          <Content className="tip" sideOffset={6} collisionPadding={8}>
            {says}
          </Content>
        </Portal>
      </Root>
    </Provider>
  );
}
