import type { Desk } from "./desk";

const ICON = new URL("../favicon.svg", import.meta.url).href;
const ICON_UNREAD = new URL("../favicon-unread.svg", import.meta.url).href;

/** The number of unread conversations in the tab: before its title, and as a dot on its icon. */
export function showUnread(unread: number, desk: Desk): void {
  const title = desk.t("page.title", { account: desk.bootstrap.account.name });
  document.title = unread > 0 ? `(${unread}) ${title}` : title;
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  const wanted = unread > 0 ? ICON_UNREAD : ICON;
  if (icon && icon.href !== wanted) icon.href = wanted;
}
