import { useId, useState } from "preact/hooks";
import type { ConversationRow } from "../shared/wire";
import { useDesk } from "./context";
import { Dialog } from "./Dialog";

interface Props {
  row: ConversationRow;
  onClose: () => void;
}

/** Sends the conversation to an address; stays open with what was typed if that is refused. */
export function TranscriptDialog({ row, onClose }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const [email, setEmail] = useState(row.visitor.email);
  const [isBusy, setIsBusy] = useState(false);
  const field = useId();
  return (
    <Dialog title={t("transcript.title")} onClose={onClose}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          setIsBusy(true);
          const isDone = await desk.transcript(row.id, email.trim());
          setIsBusy(false);
          if (isDone) onClose();
        }}
      >
        <div class="dialog__body stack">
          <p>{t("transcript.text")}</p>
          <div class="field">
            <label class="field__label" for={field}>
              {t("transcript.email")}
            </label>
            <input
              id={field}
              class="input"
              type="email"
              autocomplete="off"
              required
              maxLength={255}
              value={email}
              onInput={(event) => setEmail(event.currentTarget.value)}
            />
          </div>
        </div>
        <div class="dialog__footer">
          <button type="button" class="button" onClick={onClose}>
            {t("dialog.cancel")}
          </button>
          <button type="submit" class="button button--primary" aria-busy={isBusy} disabled={isBusy}>
            {t("transcript.send")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
