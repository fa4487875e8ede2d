import { useId, useState } from "preact/hooks";
import { Icon } from "../shared/ui/Icon";
import { isGone } from "../shared/visitorState";
import type { ConversationRow, MessageRow } from "../shared/wire";
import { useDesk, useDeskState } from "./context";
import { Dialog } from "./Dialog";

interface Props {
  row: ConversationRow;
  message: MessageRow;
}

/** Beside a message: takes it back, or one of its files. Drawn only for those who may. */
export function Redact({ row, message }: Props) {
  const { t } = useDesk();
  const { me } = useDeskState().inbox;
  const [isAsked, setIsAsked] = useState(false);
  if (isGone(message) || (me.role === "agent" && row.assignee?.id !== me.id)) return null;
  return (
    <>
      <button
        type="button"
        class="button button--ghost button--icon button--s message__redact"
        aria-label={t("redact.action")}
        title={t("redact.action")}
        onClick={() => setIsAsked(true)}
      >
        <Icon name="trash-2" size="s" />
      </button>
      {isAsked && <Question row={row} message={message} onClose={() => setIsAsked(false)} />}
    </>
  );
}

function Question({ row, message, onClose }: Props & { onClose: () => void }) {
  const desk = useDesk();
  const { t } = desk;
  const group = useId();
  const [file, setFile] = useState<string | null>(null);
  const files = message.attachments;
  const choices = [
    { id: null, text: t("redact.message") },
    ...files.map(({ id, name }) => ({ id, text: t("redact.file", { name }) })),
  ];
  // With nothing but one file, both choices would do the same.
  const hasChoice = files.length > 1 || (files.length === 1 && message.body !== "");
  return (
    <Dialog title={t("redact.title")} onClose={onClose}>
      <div class="dialog__body redact">
        <p>{t("redact.text")}</p>
        {hasChoice &&
          choices.map(({ id, text }) => (
            <label key={id} class="redact__choice">
              <input type="radio" name={group} checked={file === id} onChange={() => setFile(id)} />
              <span>{text}</span>
            </label>
          ))}
      </div>
      <div class="dialog__footer">
        <button type="button" class="button" onClick={onClose}>
          {t("dialog.cancel")}
        </button>
        <button
          type="button"
          class="button button--danger"
          onClick={() => {
            onClose();
            void desk.redact(row.id, message.id, file);
          }}
        >
          {t("redact.yes")}
        </button>
      </div>
    </Dialog>
  );
}
