import type { ComponentChildren } from "preact";
import { Icon } from "./Icon";
import { findLinks } from "./links";

/** What the sender may know of their message, from the device to the other side's eyes. */
export type Delivery = "queued" | "failed" | "stored" | "delivered" | "seen";

const ICONS: Record<Delivery, string> = {
  queued: "clock",
  failed: "circle-alert",
  stored: "check",
  delivered: "check-check",
  seen: "check-check",
};

/** The words of a message with its line breaks; addresses in it become links. */
export function Words({ text }: { text: string }) {
  return (
    <p class="message__words" dir="auto">
      {findLinks(text).map((piece) =>
        typeof piece === "string" ? (
          piece
        ) : (
          <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        ),
      )}
    </p>
  );
}

interface Props {
  id: string;
  isOwn: boolean;
  /** Who says it, for those who listen: "You", "Ben". */
  author: string;
  body: string;
  /** Where it stands among messages of the same author in a row. */
  isFirst: boolean;
  isLast: boolean;
  /** At the start of the row, beside the last message of a group. */
  avatar?: ComponentChildren;
  /** Shown above the first message of a group. */
  byline?: string | undefined;
  /** "14:05" and the same moment for machines. */
  time: string;
  sentAt: string;
  /** Shown under the message; null for the other side's. */
  delivery: Delivery | null;
  deliveryLabel?: string | undefined;
  /** Whether time and state stand under the message. Failed ones always show them. */
  hasFoot: boolean;
  retryLabel?: string;
  onRetry?: (() => void) | undefined;
  /** Beside it: back into the composer. */
  editLabel?: string;
  onEdit?: (() => void) | undefined;
  /** Beside the bubble. */
  action?: ComponentChildren;
  /** Instead of the words: they were taken back. */
  tombstone?: string | false | undefined;
  /** Below the words: something in them was hidden before they were stored. */
  hint?: string | false | undefined;
  /** Attachments. */
  children?: ComponentChildren;
}

/** One thing said. Groups of an author's messages share one avatar and one foot. */
export function Message(props: Props) {
  const { delivery } = props;
  const hasFailed = delivery === "failed";
  const side = props.isOwn ? "message--own" : "message--other";
  const place = `${props.isFirst ? " message--first" : ""}${props.isLast ? " message--last" : ""}`;
  return (
    <div
      class={`message ${side}${place}${delivery ? ` message--${delivery}` : ""}`}
      id={`message-${props.id}`}
    >
      {props.avatar !== undefined && <div class="message__avatar">{props.isLast && props.avatar}</div>}
      <div class="message__column">
        {props.byline && props.isFirst && (
          <p class="message__byline" aria-hidden="true">
            {props.byline}
          </p>
        )}
        <div class="message__bubble">
          <span class="visually-hidden">{props.author}: </span>
          {props.children}
          {props.body && <Words text={props.body} />}
          {props.tombstone && <p class="message__gone">{props.tombstone}</p>}
          {props.hint && (
            <p class="message__hint">
              <Icon name="shield-check" size="s" />
              {props.hint}
            </p>
          )}
        </div>
        {(props.hasFoot || hasFailed) && (
          <p class="message__foot">
            <time dateTime={props.sentAt}>{props.time}</time>
            {delivery && (
              <span class="message__state">
                <Icon name={ICONS[delivery]} size="s" />
                <span class={hasFailed || delivery === "seen" ? undefined : "visually-hidden"}>
                  {props.deliveryLabel}
                </span>
              </span>
            )}
            {hasFailed && props.onRetry && (
              <button type="button" class="message__retry" onClick={props.onRetry}>
                {props.retryLabel}
              </button>
            )}
            {hasFailed && props.onEdit && (
              <button type="button" class="message__retry" onClick={props.onEdit}>
                {props.editLabel}
              </button>
            )}
          </p>
        )}
      </div>
      {props.action}
    </div>
  );
}
