import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useSurroundings, useView } from "../context";
import { isMail } from "../mail";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** Above the chat, with the keyboard inside; Escape closes it and nothing else. */
function Dialog({ title, onClose, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={box}
      class="dialog"
      aria-labelledby={id}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => event.target === box.current && onClose()}
    >
      <div class="dialog__box">
        <h2 class="dialog__title" id={id}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  );
}

interface EndProps {
  onClose: () => void;
  onTranscript: () => void;
}

export function EndDialog({ onClose, onTranscript }: EndProps) {
  const { chat, t } = useSurroundings();
  const mayAsk = chat.bootstrap.visitors_may_request_transcripts;
  return (
    <Dialog title={t("dialogClose.title")} onClose={onClose}>
      <div class="dialog__buttons">
        <button
          type="button"
          class="button button--danger"
          onClick={() => {
            chat.end();
            onClose();
          }}
        >
          {t("dialogClose.yes")}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {t("dialogClose.no")}
        </button>
        {mayAsk && (
          <button type="button" class="link-button" onClick={onTranscript}>
            {t("dialogClose.send")}
          </button>
        )}
      </div>
    </Dialog>
  );
}

export function TranscriptDialog({ onClose }: { onClose: () => void }) {
  const { chat, t } = useSurroundings();
  const { transcript, state } = useView();
  const [email, setEmail] = useState(state.visitor.email);
  const [isWrong, setIsWrong] = useState(false);
  const id = useId();
  const close = () => {
    chat.forgetTranscript();
    onClose();
  };

  if (transcript === "sent") {
    return (
      <Dialog title={t("online.transcriptSendedTitle")} onClose={close}>
        <p role="status">{t("online.transcriptSendedDesc")}</p>
        <div class="dialog__buttons">
          <button type="button" class="button button--primary" onClick={close}>
            {t("online.minimize")}
          </button>
        </div>
      </Dialog>
    );
  }
  const isSending = transcript === "sending";
  const hasFailed = transcript !== "none" && !isSending;
  return (
    <Dialog title={t("dialogSend.title")} onClose={close}>
      <form
        class="dialog__form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          const isGood = isMail(email.trim());
          setIsWrong(!isGood);
          if (isGood) chat.askTranscript(email.trim());
        }}
      >
        <label class="foot__label" for={id}>
          {t("dialogSend.email")}
        </label>
        <input
          id={id}
          class="foot__input"
          type="email"
          autocomplete="email"
          maxLength={248}
          value={email}
          aria-invalid={isWrong}
          aria-describedby={`${id}-error`}
          onInput={(event) => setEmail(event.currentTarget.value)}
        />
        <p class="foot__error" id={`${id}-error`} role="alert">
          {isWrong && t("offline.emailInvalidAlert")}
          {hasFailed && t(`refusal.${transcript}`)}
        </p>
        <div class="dialog__buttons">
          <button type="submit" class="button button--primary" aria-busy={isSending}>
            {t("dialogSend.yes")}
          </button>
          <button type="button" class="button" onClick={close}>
            {t("dialogSend.no")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
