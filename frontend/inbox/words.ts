import type { Translate } from "../shared/i18n";
import type { LiveSide } from "../shared/inboxState";
import type { AnswerRow, ConversationEvent, Variable } from "../shared/wire";

/** "Ben is typing", or null when nobody is. */
export function whoTypes(
  typing: LiveSide["typing"][string] | undefined,
  visitor: string,
  t: Translate,
): string | null {
  if (!typing) return null;
  const names = [
    ...(typing.visitor ? [visitor] : []),
    ...typing.members.map((member) => member.name || t("agent.unnamed")),
  ];
  if (names.length === 0) return null;
  if (names.length > 2) return t("thread.typing.several");
  const [first = "", second = ""] = names;
  return second ? t("thread.typing.two", { first, second }) : t("thread.typing.one", { name: first });
}

function nameIn(detail: unknown, t: Translate): string {
  const name = (detail as { name?: unknown } | null)?.name;
  return typeof name === "string" && name ? name : t("agent.unnamed");
}

function idIn(detail: unknown): unknown {
  return (detail as { id?: unknown } | null)?.id;
}

/** What happened, in a sentence. */
export function eventText(event: ConversationEvent, visitor: string, t: Translate): string {
  const agent = nameIn(event.agent, t);
  const by = nameIn(event.by, t);
  const isOwnDoing = idIn(event.agent) !== undefined && idIn(event.agent) === idIn(event.by);
  switch (event.name) {
    case "agent_join":
      return t("event.joined", { agent });
    case "agent_leave":
      return isOwnDoing ? t("event.left", { agent }) : t("event.released", { agent, by });
    case "agent_assign":
      return isOwnDoing ? t("event.took", { agent }) : t("event.assigned", { agent, by });
    case "offline_message":
      return t("event.left_message");
    case "chat_close":
      if (event.by === "member") return t("event.closed_by", { name: agent });
      return event.by === "visitor" ? t("event.closed_by", { name: visitor }) : t("event.closed");
    default:
      return t("event.other");
  }
}

/** A variable of the page's as people read it, with its own label if it has one. */
export function variable(key: string, value: Variable, t: Translate): { label: string; text: string } {
  const label = typeof value === "object" && value !== null ? value.label : key;
  const plain = typeof value === "object" && value !== null ? value.value : value;
  const text = typeof plain === "boolean" ? t(plain ? "panel.yes" : "panel.no") : String(plain ?? "");
  return { label, text };
}

/** What a visitor answered in a form, as people read it. */
export function answer(given: AnswerRow, t: Translate): { label: string; text: string } {
  const { label, value } = given;
  return { label, text: typeof value === "boolean" ? t(value ? "panel.yes" : "panel.no") : value };
}
