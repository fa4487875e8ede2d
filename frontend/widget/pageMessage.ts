import type { AttachmentRow, MessageRow } from "../shared/wire";

const KINDS = { visitor: "contact", member: "agent", automatic: "trigger", system: "system" } as const;

function attachment(row: AttachmentRow) {
  return {
    type: row.kind,
    fileName: row.name,
    fileType: row.content_type,
    url: row.url,
    expireAt: row.expires_at,
    size: row.size,
    width: row.width,
    height: row.height,
  };
}

/** A message as the page's handlers get it (js-api 5). It holds no address of an agent's and no note. */
export function pageMessage(row: MessageRow, visitorId: string) {
  const files = row.attachments.map(attachment);
  const isUpload = !row.body && files.length > 0;
  return {
    id: row.id,
    type: row.event ? "event" : "message",
    subType: KINDS[row.author.kind],
    channel: { type: "default", id: null },
    chatId: row.conversation,
    visitorId,
    groupId: null,
    agentId: row.author.kind === "member" ? row.author.id : null,
    trigger: null,
    createdAt: row.sent_at,
    content: row.event
      ? { type: row.event.name, text: null, data: null }
      : { type: isUpload ? "upload" : "text", text: row.body || null, data: isUpload ? files[0] : null },
    tags: null,
    responseTime: null,
    attachments: files,
  };
}

/** The same for handlers of the old events. */
export function legacyMessage(row: MessageRow) {
  return {
    type: row.author.kind === "visitor" ? "visitor" : "agent",
    content: row.body,
    triggeredBy: null,
  };
}
