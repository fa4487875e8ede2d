import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { Icon } from "../shared/ui/Icon";
import { useDesk } from "./context";

interface Props {
  title: string;
  class?: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A native dialog, open as long as it is drawn. Closing gives the focus back to where it was. */
export function Dialog({ title, class: className, onClose, children }: Props) {
  const { t } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    // Where one would begin, rather than at the button that closes it.
    element?.querySelector<HTMLElement>("input, .dialog__footer :is(button, a)")?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it too; the press is on the backdrop.
    <dialog
      ref={dialog}
      class={className ? `dialog ${className}` : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog__header">
        <h2 class="dialog__title" id={heading}>
          {title}
        </h2>
        <button
          type="button"
          class="button button--ghost button--icon button--s"
          aria-label={t("dialog.close")}
          onClick={onClose}
        >
          <Icon name="x" />
        </button>
      </div>
      {children}
    </dialog>
  );
}
