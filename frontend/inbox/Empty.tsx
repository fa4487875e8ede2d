import type { ComponentChildren } from "preact";
import { Icon } from "../shared/ui/Icon";

interface Props {
  icon: string;
  title: string;
  text: string;
  isSmall?: boolean;
  children?: ComponentChildren;
}

/** Nothing is here, why, and what to do about it. */
export function Empty({ icon, title, text, isSmall, children }: Props) {
  return (
    <div class={isSmall ? "empty empty--small" : "empty"}>
      <span class="empty__icon">
        <Icon name={icon} {...(isSmall ? {} : { size: "l" as const })} />
      </span>
      <p class="empty__title">{title}</p>
      <p class="empty__text">{text}</p>
      {children}
    </div>
  );
}
