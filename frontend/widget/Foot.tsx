import type { ComponentType } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { fileSize } from "../shared/format";
import { Composer } from "../shared/ui/Composer";
import { MAX_BODY } from "../shared/wire";
import { type FormPoint, MAX_FILES } from "./chat";
import { useSurroundings, useView } from "./context";
import { later } from "./later";
import { useMasking } from "./useMasking";

interface Props {
  onMyData: () => void;
}

function Notice({ onMyData }: Props) {
  const { chat, t } = useSurroundings();
  const { noticeUrl, forms } = useView();
  if (!chat.bootstrap.notice.shown && !forms?.requires_acknowledgement) return null;
  return (
    <p class="foot__notice">
      {forms?.notice.text ?? chat.bootstrap.notice.text}{" "}
      {noticeUrl && (
        <a href={noticeUrl} target="_blank" rel="noopener">
          {t("privacyNotice.link")}
        </a>
      )}{" "}
      <button type="button" class="link-button" onClick={onMyData}>
        {t("menu.myData")}
      </button>
    </p>
  );
}

/** When nobody is there: said so, and an address for the answer is offered. */
function EmailField({ hasSaidSo }: { hasSaidSo: boolean }) {
  const { chat, t } = useSurroundings();
  const { email, emailError } = useView();
  const id = useId();
  return (
    <div class="foot__away">
      {!hasSaidSo && <p class="foot__away-text">{t("offline.notice")}</p>}
      <label class="foot__label" for={id}>
        {t("offline.email")}
      </label>
      <input
        id={id}
        class="foot__input"
        type="email"
        autocomplete="email"
        inputMode="email"
        maxLength={248}
        value={email}
        aria-invalid={emailError}
        aria-describedby={emailError ? `${id}-error` : undefined}
        onInput={(event) => chat.writeEmail(event.currentTarget.value)}
        onBlur={() => chat.leaveEmail()}
        onKeyDown={(event) => event.key === "Enter" && chat.leaveEmail()}
      />
      {emailError && (
        <p class="foot__error" id={`${id}-error`} role="alert">
          {t("offline.emailInvalidAlert")}
        </p>
      )}
    </div>
  );
}

type Part = ComponentType<{ point: FormPoint | null }>;

/** Forms and boxes, fetched as soon as there may be one; `failed`: they did not come. */
function useForm(): Part | "failed" | null {
  const surroundings = useSurroundings();
  const { chat } = surroundings;
  const { isOpen, isAsking } = useView();
  const [form, setForm] = useState<Part | "failed" | null>(null);
  const isWanted =
    isOpen && (chat.offers() || chat.questions(chat.isAway() ? "offline" : "prechat") !== null);
  useEffect(() => {
    if (!isWanted || typeof form === "function") return;
    later<{ point: FormPoint | null }>(chat.bootstrap.forms.script, surroundings).then(
      (loaded) => setForm(() => loaded),
      () => {
        setForm("failed");
        chat.stopAsking();
      },
    );
  }, [isWanted, isAsking]);
  return form;
}

/** Where the visitor writes, with what must be said beside it. */
export function Foot({ onMyData }: Props) {
  const { chat, t, language } = useSurroundings();
  const view = useView();
  const { state, unsent } = view;
  const Form = useForm();
  const point = chat.asks();
  const isMasked = useMasking(view.draft);
  const isAway = chat.isAway();
  const isServed = state.conversation?.state === "served";
  const asksEmail = isAway && !isServed && !state.visitor.email;
  const hasWritten = unsent.length > 0 || (state.conversation && state.conversation.state !== "closed");
  const isThanked = isAway && !isServed && !asksEmail && hasWritten;
  const connection = view.connection !== "fine" && (
    <p class="foot__connection" role="status">
      {t(view.connection === "over" ? "connection.reload" : "connection.lost")}
    </p>
  );

  const hint = (
    <p class="foot__hint" role="status">
      {isMasked && t("masked.hint")}
    </p>
  );

  // Without the form there is still the composer: nothing may keep the first message back.
  if (point && Form !== "failed") {
    return (
      <footer class="foot foot--form">
        {connection}
        {Form && <Form point={point} />}
        {hint}
        <Notice onMyData={onMyData} />
      </footer>
    );
  }

  return (
    <footer class="foot">
      {connection}
      {Form === "failed" && !isAway && chat.questions("prechat") && (
        <p class="foot__connection" role="alert">
          {t("refusal.unavailable")}
        </p>
      )}
      {Form && Form !== "failed" && chat.offers() && <Form point={null} />}
      {asksEmail && <EmailField hasSaidSo={state.messages.length === 0 && unsent.length === 0} />}
      {isThanked && <p class="foot__thanks">{t("thread.offlineSent")}</p>}
      {view.filesError && (
        <p class="foot__error" role="alert">
          {t("files.tooMany", { count: MAX_FILES })}
        </p>
      )}
      <Composer
        value={view.draft}
        labels={{
          message: t("offline.message"),
          placeholder: t("online.textareaPlaceholder"),
          send: t("online.send"),
          attach: t("files.attach"),
          remove: t("files.remove"),
          retry: t("state.retry"),
        }}
        uploads={view.uploads.map((one) => ({
          key: one.key,
          name: one.file.name,
          progress: one.progress,
          isDone: one.row !== null,
          error:
            one.error && t(`files.${one.error}`, { size: fileSize(chat.bootstrap.max_upload, language) }),
        }))}
        maxLength={MAX_BODY}
        canSend={chat.canSend()}
        // A phone's keyboard would cover what the visitor came to read.
        focusKey={view.focus > 0 && !view.isPhone ? view.focus : undefined}
        onInput={(value) => chat.write(value)}
        onSend={() => chat.send(asksEmail)}
        onFiles={(files) => chat.attach(files)}
        onRemoveUpload={(key) => chat.detach(key)}
        onRetryUpload={(key) => chat.retryUpload(key)}
        onEscape={() => chat.close()}
      />
      {hint}
      <Notice onMyData={onMyData} />
    </footer>
  );
}
