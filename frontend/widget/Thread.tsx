import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { clockTime, dayName, fileSize } from "../shared/format";
import { Attachment } from "../shared/ui/Attachment";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import { Message } from "../shared/ui/Message";
import { TypingDots } from "../shared/ui/TypingDots";
import { deliveryOf, isGone } from "../shared/visitorState";
import type { AttachmentRow, MessageRow } from "../shared/wire";
import type { UnsentMessage } from "./chat";
import { useSurroundings, useView } from "./context";
import { type Row, threadRows } from "./rows";

const NEAR = 80;

function Files({ files }: { files: readonly AttachmentRow[] }) {
  const { t, language } = useSurroundings();
  return files.map((file) => (
    <Attachment
      key={file.id}
      attachment={file}
      size={fileSize(file.size, language)}
      downloadLabel={t("files.download")}
      openLabel={t("files.open")}
    />
  ));
}

function EventRow({ message }: { message: MessageRow }) {
  const { t } = useSurroundings();
  const event = message.event;
  if (!event) return null;
  const agent = event.agent as { name?: string } | undefined;
  const key =
    event.name === "chat_close" ? `${event.by === "visitor" ? "visitor" : "agent"}_close` : event.name;
  return (
    <li class="thread__event" dir="auto">
      {t(`event.${key}`, { name: agent?.name || t("event.somebody") })}
    </li>
  );
}

function StoredRow({ row, isNewestOwn }: { row: Extract<Row, { kind: "message" }>; isNewestOwn: boolean }) {
  const { chat, t, language } = useSurroundings();
  const { conversation } = useView().state;
  const { message } = row;
  const isOwn = message.author.kind === "visitor";
  const name = message.author.name || chat.bootstrap.name;
  const delivery = isOwn && conversation ? deliveryOf(message, conversation) : null;
  return (
    <li class="thread__row">
      <Message
        id={message.client_id}
        isOwn={isOwn}
        author={isOwn ? t("online.visitor") : name}
        body={message.body}
        isFirst={row.isFirst}
        isLast={row.isLast}
        avatar={
          isOwn ? undefined : (
            <Avatar id={message.author.id ?? name} name={name} photo={message.author.photo} size="s" />
          )
        }
        byline={isOwn ? undefined : name}
        time={clockTime(message.sent_at, language)}
        sentAt={message.sent_at}
        delivery={delivery}
        deliveryLabel={delivery ? t(`state.${delivery}`) : undefined}
        hasFoot={row.isLast || isNewestOwn}
        tombstone={
          message.redacted_at
            ? t(isGone(message) ? "gone.message" : "gone.file")
            : message.is_masked && t("masked.stored")
        }
      >
        {message.attachments.length > 0 && <Files files={message.attachments} />}
      </Message>
    </li>
  );
}

function UnsentRow({ row }: { row: Extract<Row, { kind: "unsent" }> }) {
  const { chat, t, language } = useSurroundings();
  const unsent: UnsentMessage = row.unsent;
  const at = new Date(unsent.queued_at).toISOString();
  const reason = unsent.failure
    ? `${t("state.failed")}. ${t(`refusal.${unsent.failure}`)}`
    : t("state.queued");
  return (
    <li class="thread__row">
      <Message
        id={unsent.frame.id}
        isOwn
        author={t("online.visitor")}
        body={unsent.frame.body}
        isFirst={row.isFirst}
        isLast={row.isLast}
        time={clockTime(at, language)}
        sentAt={at}
        delivery={unsent.state}
        deliveryLabel={reason}
        hasFoot={row.isLast}
        retryLabel={t("state.retry")}
        onRetry={() => chat.retry(unsent.frame.id)}
      >
        {unsent.note.length > 0 && <Files files={unsent.note} />}
      </Message>
    </li>
  );
}

/** What has been said, from the oldest loaded to what is on its way. */
export function Thread() {
  const { chat, t, language } = useSurroundings();
  const { state, unsent, typing, isLoadingEarlier, isOpen, hasLoaded } = useView();
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const height = useRef(0);
  const first = state.messages[0]?.id;
  const shownFirst = useRef(first);
  const [isAway, setIsAway] = useState(false);
  const rows = useMemo(() => threadRows(state.messages, unsent), [state.messages, unsent]);
  const newestOwn = state.messages.filter((one) => one.author.kind === "visitor" && !one.event).at(-1)?.id;
  const isEnded = state.conversation?.state === "closed" && unsent.length === 0;

  const toEnd = () => {
    const { current } = box;
    if (current) current.scrollTop = current.scrollHeight;
  };

  useLayoutEffect(() => {
    const { current } = box;
    if (!current) return;
    // Earlier messages grow the thread at its top: what the visitor reads must not move.
    if (shownFirst.current && first !== shownFirst.current && !isAtEnd.current) {
      current.scrollTop += current.scrollHeight - height.current;
    } else if (isAtEnd.current) {
      toEnd();
    }
    shownFirst.current = first;
    height.current = current.scrollHeight;
  }, [rows, typing, isOpen, isEnded]);

  // One's own message is always looked at.
  useLayoutEffect(() => {
    if (unsent.length === 0) return;
    isAtEnd.current = true;
    toEnd();
  }, [unsent.length]);

  // Images arrive, and the composer grows, without a word to us.
  useEffect(() => {
    const { current } = box;
    if (!current) return;
    const observer = new ResizeObserver(() => isAtEnd.current && toEnd());
    observer.observe(current);
    if (current.firstElementChild) observer.observe(current.firstElementChild);
    return () => observer.disconnect();
  }, []);

  return (
    <div class="thread">
      <section
        ref={box}
        class="thread__scroll"
        aria-label={t("thread.label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard must be able to scroll it.
        tabIndex={0}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR;
          setIsAway(!isAtEnd.current);
          if (scrollTop < NEAR && hasLoaded) void chat.loadEarlier();
        }}
      >
        <div class="thread__content">
          {state.has_earlier && (
            <button
              type="button"
              class="thread__earlier"
              aria-busy={isLoadingEarlier}
              onClick={() => void chat.loadEarlier()}
            >
              {t(isLoadingEarlier ? "thread.loading" : "thread.earlier")}
            </button>
          )}
          <ol class="thread__list">
            {rows.map((row) => {
              switch (row.kind) {
                case "day":
                  return (
                    <li key={row.key} class="thread__day">
                      <time dateTime={row.at}>{dayName(row.at, Date.now(), language)}</time>
                    </li>
                  );
                case "event":
                  return <EventRow key={row.key} message={row.message} />;
                case "message":
                  return <StoredRow key={row.key} row={row} isNewestOwn={row.message.id === newestOwn} />;
                default:
                  return <UnsentRow key={row.key} row={row} />;
              }
            })}
          </ol>
          {typing && (
            <div class="thread__typing">
              <Avatar id={typing.id} name={typing.name} photo={typing.photo} size="s" />
              <span class="thread__dots">
                <TypingDots label={t("online.typingMsg", { name: typing.name })} />
              </span>
            </div>
          )}
          {isEnded && <p class="thread__ended">{t("thread.ended")}</p>}
        </div>
      </section>
      {isAway && (
        <button type="button" class="thread__latest" aria-label={t("thread.latest")} onClick={toEnd}>
          <Icon name="chevron-down" />
        </button>
      )}
    </div>
  );
}
