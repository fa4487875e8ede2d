import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { clockTime, dayName, fileSize } from "../shared/format";
import type { Translate } from "../shared/i18n";
import { deliveryOf } from "../shared/inboxState";
import { Attachment } from "../shared/ui/Attachment";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import { type Delivery, Message } from "../shared/ui/Message";
import { TypingDots } from "../shared/ui/TypingDots";
import { isGone } from "../shared/visitorState";
import type { AttachmentRow, ConversationRow, MessageRow } from "../shared/wire";
import { useDesk } from "./context";
import { Redact } from "./Redact";
import type { ThreadItem } from "./threadItems";
import { eventText } from "./words";

interface Props {
  row: ConversationRow;
  items: readonly ThreadItem[];
  hasEarlier: boolean;
  isLoadingEarlier: boolean;
  typing: string | null;
  now: number;
  onImage: (image: AttachmentRow) => void;
}

const NEAR_END = 80;
const NEAR_START = 240;
const UNREAD_FROM_TOP = 96;

/** Messages, kept at their end while somebody is there, and in place while older ones arrive. */
export function MessageList(props: Props) {
  const desk = useDesk();
  const { t } = desk;
  const { row, items, hasEarlier } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const first = useRef<{ key: string | undefined; height: number }>({ key: undefined, height: 0 });
  const isAtEnd = useRef(true);
  const [isAway, setIsAway] = useState(false);
  const [newSince, setNewSince] = useState<number | null>(null);
  const lastSeq = row.last_seq;

  const toEnd = (behavior: ScrollBehavior = "auto") => {
    const element = scroller.current;
    element?.scrollTo({ top: element.scrollHeight, behavior });
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const firstMessage = items.find((item) => item.kind !== "day")?.key;
    const before = first.current;
    if (before.key === undefined) {
      const divider = element.querySelector<HTMLElement>(".divider--unread");
      toEnd();
      // Further up only: the end stays in sight if the first unread message is in it.
      if (divider) element.scrollTop = Math.min(element.scrollTop, divider.offsetTop - UNREAD_FROM_TOP);
    } else if (before.key !== firstMessage) {
      element.scrollTop += element.scrollHeight - before.height;
    } else if (isAtEnd.current || items[items.length - 1]?.kind === "unsent") {
      toEnd();
    }
    first.current = { key: firstMessage ?? "", height: element.scrollHeight };
  }, [items, props.typing]);

  useEffect(() => {
    if (isAtEnd.current) desk.see(row.id);
    else setNewSince((since) => since ?? lastSeq);
  }, [lastSeq, desk, row.id]);

  useEffect(() => {
    const look = () => {
      if (isAtEnd.current) desk.see(row.id);
    };
    const element = scroller.current;
    // Images and a growing composer move the end away without a scroll.
    const observer = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    if (element) observer.observe(element);
    if (element?.firstElementChild) observer.observe(element.firstElementChild);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      observer.disconnect();
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [desk, row.id]);

  const scrolled = () => {
    const element = scroller.current;
    if (!element) return;
    const distance = element.scrollHeight - element.scrollTop - element.clientHeight;
    isAtEnd.current = distance < NEAR_END;
    setIsAway(distance > 3 * NEAR_END);
    if (isAtEnd.current) {
      setNewSince(null);
      desk.see(row.id);
    }
    if (element.scrollTop < NEAR_START && hasEarlier) void desk.loadEarlier();
  };

  const lastOwn = lastOwnSeq(items);
  const hasNew = newSince !== null && !isAtEnd.current;
  return (
    <div class="thread__scroll-area">
      <section
        ref={scroller}
        class="thread__scroll"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        tabIndex={0}
        aria-label={t("thread.messages")}
        onScroll={scrolled}
      >
        <div class="thread__items">
          {hasEarlier && (
            <div class="thread__earlier">
              {props.isLoadingEarlier ? (
                <span class="spinner" role="status" aria-label={t("loading")} />
              ) : (
                <button
                  type="button"
                  class="button button--ghost button--s"
                  onClick={() => void desk.loadEarlier()}
                >
                  {t("thread.earlier")}
                </button>
              )}
            </div>
          )}
          {items.map((item) => (
            <Item key={item.key} item={item} list={props} lastOwn={lastOwn} />
          ))}
          <div class="thread__typing" aria-hidden={props.typing === null}>
            {props.typing && <TypingDots label={props.typing} isSpelled />}
          </div>
        </div>
      </section>
      {(isAway || hasNew) && (
        <button
          type="button"
          class={hasNew ? "jump jump--new" : "jump"}
          onClick={() => toEnd(prefersCalm() ? "auto" : "smooth")}
        >
          <Icon name="chevron-down" />
          {hasNew ? t("thread.new") : <span class="visually-hidden">{t("thread.newest")}</span>}
        </button>
      )}
    </div>
  );
}

function prefersCalm(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Only the newest of our messages says how far it has come: the others are at least as far. */
function lastOwnSeq(items: readonly ThreadItem[]): number {
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item?.kind === "message" && item.message.author.kind !== "visitor") return item.message.seq;
  }
  return 0;
}

function Item({ item, list, lastOwn }: { item: ThreadItem; list: Props; lastOwn: number }) {
  const desk = useDesk();
  const { t } = desk;
  const { language } = desk.bootstrap;
  const { row } = list;
  const visitor = desk.visitorName(row);

  switch (item.kind) {
    case "day":
      return (
        <p class="divider">
          <time dateTime={item.iso.slice(0, 10)}>{dayName(item.iso, list.now, language)}</time>
        </p>
      );
    case "unread":
      return <p class="divider divider--unread">{t("thread.unread")}</p>;
    case "event":
      return (
        <p class="event">
          {item.message.event && eventText(item.message.event, visitor, t)}{" "}
          <time dateTime={item.message.sent_at}>{clockTime(item.message.sent_at, language)}</time>
        </p>
      );
    case "unsent": {
      const { frame, note, queued_at, state, failure } = item.item;
      const sentAt = new Date(queued_at).toISOString();
      const label = state === "failed" ? t(`failed.${failure ?? "unavailable"}`) : t("delivery.queued");
      return (
        <Message
          id={frame.id}
          isOwn
          author={t("thread.you")}
          body={frame.body}
          isFirst={item.isFirst}
          isLast={item.isLast}
          time={clockTime(sentAt, language)}
          sentAt={sentAt}
          delivery={state}
          deliveryLabel={label}
          hasFoot={item.isLast}
          retryLabel={t("failed.retry")}
          onRetry={() => desk.retry(frame.id)}
          editLabel={t("failed.edit")}
          onEdit={() => desk.takeBack(frame.id)}
        >
          <Files files={note} onImage={list.onImage} />
        </Message>
      );
    }
    case "message": {
      const { message } = item;
      const isVisitor = message.author.kind === "visitor";
      const isMe = message.author.id === desk.bootstrap.load.me.id;
      const agent =
        message.author.kind === "automatic"
          ? t("agent.automatic")
          : message.author.name || t("agent.unnamed");
      const delivery: Delivery | null =
        !isVisitor && message.seq === lastOwn ? deliveryOf(message, row) : null;
      return (
        <Message
          id={message.client_id}
          isOwn={!isVisitor}
          author={isVisitor ? visitor : isMe ? t("thread.you") : agent}
          byline={isVisitor || isMe ? undefined : agent}
          body={message.body}
          isFirst={item.isFirst}
          isLast={item.isLast}
          {...(isVisitor ? { avatar: <Avatar id={row.visitor.id} name={row.visitor.name} size="s" /> } : {})}
          time={clockTime(message.sent_at, language)}
          sentAt={message.sent_at}
          delivery={delivery}
          deliveryLabel={delivery ? t(`delivery.${delivery}`) : undefined}
          hasFoot={item.isLast || delivery !== null}
          tombstone={tombstone(message, t)}
          hint={message.is_masked && t("message.masked")}
          action={<Redact row={row} message={message} />}
        >
          <Files files={message.attachments} onImage={list.onImage} />
        </Message>
      );
    }
  }
}

/** What stands where content was taken back, and who did that. */
function tombstone(message: MessageRow, t: Translate): string | undefined {
  if (!message.redacted_at) return undefined;
  const what = t(isGone(message) ? "redact.gone" : "redact.file_gone");
  return message.redacted_by ? `${what}. ${t("redact.by", { name: message.redacted_by })}` : what;
}

function Files({ files, onImage }: { files: readonly AttachmentRow[]; onImage: Props["onImage"] }) {
  const { t, bootstrap } = useDesk();
  return (
    <>
      {files.map((file) => (
        <Attachment
          key={file.id}
          attachment={file}
          size={fileSize(file.size, bootstrap.language)}
          downloadLabel={t("file.download")}
          openLabel={t("file.open")}
          onOpen={onImage}
        />
      ))}
    </>
  );
}
