import { useId } from "preact/hooks";
import { fileSize } from "../shared/format";
import { Composer } from "../shared/ui/Composer";
import { MAX_BODY } from "../shared/wire";
import { MAX_FILES } from "./chat";
import { useSurroundings, useView } from "./context";

interface Props {
  onMyData: () => void;
}

function Notice({ onMyData }: Props) {
  const { chat, t } = useSurroundings();
  const { noticeUrl } = useView();
  if (!chat.bootstrap.notice.shown) return null;
  return (
    <p class="foot__notice">
      {t("privacyNotice.text")}{" "}
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

/** Where the visitor writes, with what must be said beside it. */
export function Foot({ onMyData }: Props) {
  const { chat, t, language } = useSurroundings();
  const view = useView();
  const { state, availability, unsent } = view;
  const isAway = availability === "away" || availability === "offline";
  const isServed = state.conversation?.state === "served";
  const asksEmail = isAway && !isServed && !state.visitor.email;
  const hasWritten = unsent.length > 0 || (state.conversation && state.conversation.state !== "closed");
  const isThanked = isAway && !isServed && !asksEmail && hasWritten;

  return (
    <footer class="foot">
      {view.connection !== "fine" && (
        <p class="foot__connection" role="status">
          {t(view.connection === "over" ? "connection.reload" : "connection.lost")}
        </p>
      )}
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
      <Notice onMyData={onMyData} />
    </footer>
  );
}
