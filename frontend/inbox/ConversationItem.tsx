import { useMemo } from "preact/hooks";
import { fullTime } from "../shared/format";
import { Avatar } from "../shared/ui/Avatar";
import { Icon } from "../shared/ui/Icon";
import { TypingDots } from "../shared/ui/TypingDots";
import type { ConversationRow } from "../shared/wire";
import { useDesk } from "./context";
import type { DeskState } from "./deskState";
import { addressOf } from "./route";
import { age, wait } from "./times";

interface Props {
  row: ConversationRow;
  state: DeskState;
  now: number;
}

/** A conversation in a list. Drawn again only when something of its own has changed: a list may be long,
 * and every key pressed in the composer passes by here. */
export function ConversationItem({ row, state, now }: Props) {
  const isOpen = state.selection?.id === row.id;
  const isTyping = state.inbox.live.typing[row.id]?.visitor ?? false;
  const isHere = state.inbox.live.visitors[row.id]?.is_online;
  const draft = isOpen ? "" : (state.drafts[row.id]?.body.trim() ?? "");
  return useMemo(
    () => <Line row={row} now={now} isOpen={isOpen} isTyping={isTyping} isHere={isHere} draft={draft} />,
    [row, now, isOpen, isTyping, isHere, draft],
  );
}

interface LineProps {
  row: ConversationRow;
  now: number;
  isOpen: boolean;
  isTyping: boolean;
  isHere: boolean | undefined;
  draft: string;
}

function Line({ row, now, isOpen, isTyping, isHere, draft }: LineProps) {
  const desk = useDesk();
  const { t } = desk;
  const { language } = desk.bootstrap;
  const name = desk.visitorName(row);
  const isUnread = row.unread > 0;
  return (
    <li class={isUnread ? "row row--unread" : "row"}>
      <a class="row__link" href={addressOf(row.id)} aria-current={isOpen ? "true" : undefined}>
        <Avatar id={row.visitor.id} name={row.visitor.name} isHere={isHere} />
        <span class="row__text">
          <span class="row__line">
            <span class="row__name">{name}</span>
            {row.waiting_since ? (
              <span
                class="row__wait"
                title={t("list.waiting", { since: fullTime(row.waiting_since, language) })}
              >
                <Icon name="clock" size="s" />
                <span class="visually-hidden">{t("list.waits")}</span>
                {wait(row.waiting_since, now, language, t)}
              </span>
            ) : (
              <time
                class="row__time"
                dateTime={row.last_message_at}
                title={fullTime(row.last_message_at, language)}
              >
                {age(row.last_message_at, now, language, t)}
              </time>
            )}
          </span>
          <span class="row__line">
            <span class="row__preview">
              {isTyping ? (
                <TypingDots label={t("list.typing")} isSpelled />
              ) : draft ? (
                <>
                  <span class="row__draft">{t("list.draft")}</span> {draft}
                </>
              ) : (
                <Preview row={row} />
              )}
            </span>
            {row.visitor.is_blocked && (
              <span class="row__mark" title={t("panel.blocked")}>
                <Icon name="ban" size="s" />
                <span class="visually-hidden">{t("panel.blocked")}</span>
              </span>
            )}
            {row.assignee && (
              <span
                class="row__assignee"
                title={t("list.assignee", { name: row.assignee.name || t("agent.unnamed") })}
              >
                <Avatar id={row.assignee.id} name={row.assignee.name} photo={row.assignee.photo} size="xs" />
                <span class="visually-hidden">
                  {t("list.assignee", { name: row.assignee.name || t("agent.unnamed") })}
                </span>
              </span>
            )}
            {isUnread && (
              <span class="count">
                {row.unread > 99 ? "99+" : row.unread}
                <span class="visually-hidden"> {t("list.unread")}</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
}

function Preview({ row }: { row: ConversationRow }) {
  const { t } = useDesk();
  const { preview } = row;
  if (!preview) return <>{t("list.nothing")}</>;
  const isAnswer = preview.author === "member";
  return (
    <>
      {isAnswer && (
        <>
          <Icon name="undo-2" size="s" />
          <span class="visually-hidden">{t("list.answered")}</span>
        </>
      )}
      {preview.text ? (
        preview.text
      ) : preview.has_attachment ? (
        <>
          <Icon name="paperclip" size="s" /> {t("list.file")}
        </>
      ) : (
        t(preview.is_redacted ? "redact.gone" : "list.event")
      )}
    </>
  );
}
