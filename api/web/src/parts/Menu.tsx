import { Content, Item, Portal, Root, Separator, Trigger } from "@radix-ui/react-dropdown-menu";
import type { ReactElement, ReactNode } from "react";

import { Icon } from "./Icon";
import type { IconName } from "./icons";

interface Props {
  /** The button that opens it. */
  children: ReactElement;
  items: ReactNode;
  align?: "start" | "end";
}

/** A menu of verbs. It locks no scrolling: that would need style elements, which the page forbids. */
export function Menu({ children, items, align = "end" }: Props) {
  return (
    <Root modal={false}>
      <Trigger asChild>{children}</Trigger>
      <Portal>
        <Content className="menu" align={align} sideOffset={6} collisionPadding={8}>
          {items}
        </Content>
      </Portal>
    </Root>
  );
}

interface ItemProps {
  icon?: IconName;
  onSelect(): void;
  /** Whether it is the one that holds, where it is one of several. */
  checked?: boolean;
  disabled?: boolean;
  children: ReactNode;
}

/** A verb of a menu. */
export function MenuItem({ icon, onSelect, checked, disabled = false, children }: ItemProps) {
  return (
    <Item className="menu-item" disabled={disabled} onSelect={onSelect} aria-checked={checked}>
      {icon !== undefined && <Icon name={icon} />}
      <span className="grow">{children}</span>
      {checked === true && <Icon name="tick" />}
    </Item>
  );
}

/** A line between verbs. */
export function MenuLine() {
  return <Separator className="menu-line" />;
}
