import { useEffect } from "preact/hooks";

interface Shortcuts {
  onHelp: () => void;
  onReply: () => void;
  onBack: () => void;
  onClose: () => void;
}

const FIELDS = "input, textarea, select, [contenteditable]";

function links(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>(".row__link")];
}

/** Moves the focus to the next row (1) or the one before (-1), from the focused or the open one. */
function step(by: 1 | -1): void {
  const rows = links();
  const focused = rows.indexOf(document.activeElement as HTMLAnchorElement);
  const from = focused >= 0 ? focused : rows.findIndex((row) => row.getAttribute("aria-current") === "true");
  const next = rows[from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

/** Focuses the row of a conversation, or the first one. */
export function focusList(conversation?: string): void {
  const rows = links();
  (rows.find((row) => row.hash === `#${conversation}`) ?? rows[0])?.focus();
}

/** Single keys, as long as nobody is writing and no dialog or menu is open. Arrows are left alone where they scroll. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (!(event.target instanceof Element) || event.target.closest(FIELDS)) return;
      if (document.querySelector("dialog[open], details.menu[open]")) return;
      const isElsewhere = event.target.closest(".thread, .panel, .sidebar") !== null;
      const actions: Record<string, () => void> = {
        j: () => step(1),
        k: () => step(-1),
        ...(isElsewhere ? {} : { ArrowDown: () => step(1), ArrowUp: () => step(-1) }),
        r: shortcuts.onReply,
        e: shortcuts.onClose,
        "/": () => document.querySelector<HTMLInputElement>("#inbox-search")?.focus(),
        "?": shortcuts.onHelp,
        Escape: shortcuts.onBack,
      };
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    // Before others: Escape has closed a menu by the time the event comes back up.
    document.addEventListener("keydown", press, true);
    return () => document.removeEventListener("keydown", press, true);
  });
}
