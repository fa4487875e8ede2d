import type { ComponentChildren } from "preact";
import { useDesk } from "./context";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  text: string;
  yes: string;
  isDangerous?: boolean;
  onYes: () => void;
  onClose: () => void;
  /** A choice that goes with the answer. */
  children?: ComponentChildren;
}

/** Asks before something that others feel. */
export function Confirm({ title, text, yes, isDangerous, onYes, onClose, children }: Props) {
  const { t } = useDesk();
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog__body stack">
        <p>{text}</p>
        {children}
      </div>
      <div class="dialog__footer">
        <button type="button" class="button" onClick={onClose}>
          {t("dialog.cancel")}
        </button>
        <button
          type="button"
          class={isDangerous ? "button button--danger" : "button button--primary"}
          onClick={() => {
            onClose();
            onYes();
          }}
        >
          {yes}
        </button>
      </div>
    </Dialog>
  );
}
