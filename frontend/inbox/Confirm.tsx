import { useDesk } from "./context";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  text: string;
  yes: string;
  isDangerous?: boolean;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something that others feel. */
export function Confirm({ title, text, yes, isDangerous, onYes, onClose }: Props) {
  const { t } = useDesk();
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="dialog__body">{text}</p>
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
