import type { Chime } from "../shared/chime";
import { systemClock } from "../shared/clock";
import { createTranslator, type Translate } from "../shared/i18n";
import { uuid } from "../shared/ids";
import { applyInbox, type InboxState, threadVersions } from "../shared/inboxState";
import { Outbox } from "../shared/outbox";
import { type Connection, LiveSocket, type Loss } from "../shared/socket";
import {
  CloseCode,
  type ConversationRow,
  type InboxDown,
  type InboxUp,
  type MessageRow,
  PROTOCOL,
} from "../shared/wire";
import { Api, ApiError } from "./api";
import type { Bootstrap } from "./bootstrap";
import { type DeskState, type End, firstState, type Toast } from "./deskState";
import { DraftBox } from "./drafts";
import { Lists } from "./lists";
import { type Question, Questions, RefusedError } from "./questions";
import { Store } from "./store";
import type { OutboxFrame, OutboxNote } from "./threadItems";
import { Threads } from "./threads";
import { Timers } from "./timers";

const ENDS: Record<number, End> = {
  [CloseCode.unauthorised]: "signed_out",
  [CloseCode.forbidden]: "forbidden",
};
const COUNT_AFTER = 1_000;
const TYPING_ENDS_AFTER = 6_000;
const TYPING_AGAIN_AFTER = 3_000;
const TOAST_FOR = 6_000;
/** As many rows say that they have arrived when the connection opens. */
const RECEIVED_AT_ONCE = 20;

/** The agent's desk: everything that the inbox shows, and every verb that its buttons have. */
export class Desk {
  readonly store: Store<DeskState>;
  readonly t: Translate;
  readonly drafts: DraftBox;
  readonly lists: Lists;
  readonly threads: Threads;
  readonly #api: Api;
  readonly #socket: LiveSocket<InboxUp, InboxDown>;
  readonly #outbox: Outbox<OutboxFrame, OutboxNote>;
  readonly #questions: Questions;
  readonly #timers = new Timers();
  /** The seq up to which a conversation was marked as seen on this connection. */
  readonly #marked = new Map<string, number>();
  #isAsking = false;
  #typedAt = 0;

  constructor(
    readonly bootstrap: Bootstrap,
    private readonly chime: Chime,
  ) {
    this.t = createTranslator(bootstrap.texts, bootstrap.language);
    const store = new Store(firstState(bootstrap));
    const api = new Api(bootstrap);
    const onProblem = (problem: unknown) => this.#end(problem);
    this.store = store;
    this.#api = api;
    this.lists = new Lists({ store, api, timers: this.#timers, onProblem });
    this.threads = new Threads({ store, api, onProblem, onSelect: (before) => this.#selected(before) });
    this.drafts = new DraftBox({
      api,
      maxUpload: bootstrap.max_upload,
      read: () => store.value.drafts,
      write: (drafts) => store.set({ drafts }),
      explain: (code) => this.#explainUpload(code),
    });
    this.#socket = new LiveSocket<InboxUp, InboxDown>({
      dial: () => new WebSocket(bootstrap.socket),
      hello: () => ({ type: "hello", protocol: PROTOCOL, rev: this.#inbox.rev }),
      sync: () => ({ type: "sync", rev: this.#inbox.rev, threads: threadVersions(this.#inbox) }),
      onFrame: (frame) => this.#take(frame),
      onState: (connection, loss) => this.#turn(connection, loss),
    });
    this.#questions = new Questions((frame) => this.#socket.send(frame));
    this.#outbox = new Outbox<OutboxFrame, OutboxNote>({
      send: (frame) => this.#socket.send(frame),
      onChange: (unsent) => store.set({ unsent }),
    });
  }

  get #inbox(): InboxState {
    return this.store.value.inbox;
  }

  start(): void {
    this.#socket.start();
  }

  // --- Frames ------------------------------------------------------------------------------------

  #turn(connection: Connection, loss: Loss | null): void {
    if (connection !== "open") this.#isAsking = false;
    const end = connection === "stopped" && loss ? (ENDS[loss.code] ?? "outdated") : null;
    this.store.set({ connection, end: this.store.value.end ?? end });
  }

  #take(frame: InboxDown): void {
    const before = this.#inbox;
    const { state, gap, restart } = applyInbox(before, frame);
    if (state !== before) this.store.set({ inbox: state });
    switch (frame.type) {
      case "welcome":
        this.store.set({ isReadOnly: frame.is_read_only });
        this.#resume();
        break;
      case "change":
        this.#countLater();
        if (frame.change === "message_posted") this.#notice(before, frame.conversation, frame.messages);
        break;
      case "changes":
        this.#isAsking = false;
        if (frame.conversations.length > 0) this.#countLater();
        break;
      case "ack":
        this.#outbox.acknowledge(frame.id);
        this.#questions.acknowledge(frame.id);
        if (frame.change) this.#countLater();
        break;
      case "refused":
        if (frame.id && !this.#outbox.refuse(frame.id, frame.code)) {
          this.#questions.refuse(frame.id, frame.code);
        }
        break;
      case "typing":
        this.#endTypingLater(frame);
        break;
      case "reload":
        this.store.set({ end: "outdated" });
        break;
    }
    if (restart) this.#reload();
    else if (gap) this.#ask();
    else if (!this.#isAsking) this.threads.mend();
  }

  /** What was missed follows by itself; what the server knew of this page's wishes is told again. */
  #resume(): void {
    this.#marked.clear();
    this.#watch();
    this.#outbox.flush();
    this.#questions.repeat();
    const rows = Object.values(this.#inbox.conversations);
    for (const row of rows.filter(lacksReceipt).slice(0, RECEIVED_AT_ONCE)) this.#markReceived(row);
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#socket.sync();
  }

  #reload(): void {
    const { view, selection } = this.store.value;
    void this.lists.loadMore(view);
    if (selection) void this.threads.load(selection.id);
  }

  #notice(before: InboxState, row: ConversationRow, messages: readonly MessageRow[]): void {
    const isNew = row.version > (before.conversations[row.id]?.version ?? 0);
    const fromVisitor = messages.filter((message) => message.author.kind === "visitor");
    if (!isNew || fromVisitor.length === 0) return;
    if (lacksReceipt(row)) this.#markReceived(row);
    const words = fromVisitor.map((message) => message.body).join(" ");
    this.store.set({
      announcement: this.t("thread.announced", {
        name: this.visitorName(row),
        text: words || this.t("list.file"),
      }),
    });
    const isForMe = row.assignee === null || row.assignee.id === before.me.id;
    const isInView = this.store.value.selection?.id === row.id && isAttended();
    if (isForMe && !isInView && this.store.value.wantsSound) this.chime.ring();
  }

  #countLater(): void {
    if (this.#timers.has("count")) return;
    this.#timers.later("count", COUNT_AFTER, () => this.#socket.send({ type: "count" }));
  }

  /** The word that typing has ended may be dropped on its way. */
  #endTypingLater(frame: Extract<InboxDown, { type: "typing" }>): void {
    const name = `typing ${frame.conversation} ${frame.by?.id ?? ""}`;
    if (frame.on) this.#timers.later(name, TYPING_ENDS_AFTER, () => this.#take({ ...frame, on: false }));
    else this.#timers.cancel(name);
  }

  #markReceived(row: ConversationRow): void {
    this.#socket.send({ type: "received", conversation: row.id, seq: row.last_seq });
  }

  #selected(before: string | null): void {
    if (before) this.type(before, false);
    this.#watch();
  }

  #watch(): void {
    this.#socket.send({ type: "watch", conversation: this.store.value.selection?.id ?? null });
  }

  // --- Verbs -------------------------------------------------------------------------------------

  /** The newest message of the open conversation is in front of somebody's eyes. */
  see(id: string): void {
    const row = this.#inbox.conversations[id];
    const messages = this.#inbox.threads[id]?.messages ?? [];
    const seq = messages[messages.length - 1]?.seq ?? 0;
    if (!row || !isAttended() || seq <= Math.max(row.seen.agents, this.#marked.get(id) ?? 0)) return;
    if (this.#socket.send({ type: "seen", conversation: id, seq })) this.#marked.set(id, seq);
  }

  /** Tells others that this agent types; said again while it goes on. */
  type(conversation: string, on: boolean): void {
    const now = systemClock.now();
    if (on ? now - this.#typedAt < TYPING_AGAIN_AFTER : this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.#socket.send({ type: "typing", conversation, on });
    if (on) this.#timers.later("own typing", TYPING_ENDS_AFTER, () => this.type(conversation, false));
  }

  /** Sends the draft of a conversation, and empties it once the message is safe in the outbox. */
  send(conversation: string): void {
    const draft = this.drafts.of(conversation);
    const files = draft.uploads.flatMap(({ row }) => (row ? [row] : []));
    const body = draft.body.trim();
    if (!body && files.length === 0) return;
    const attachments = files.map(({ id }) => id);
    const frame: OutboxFrame = { type: "message", id: uuid(), conversation, body, attachments };
    this.#outbox.add(frame, files);
    this.drafts.clear(conversation);
    this.#typedAt = 0;
    this.threads.forgetUnread();
  }

  retry(id: string): void {
    this.#outbox.retry(id);
  }

  /** Takes a message that could not be sent back into the draft, in front of what is written there. */
  takeBack(id: string): void {
    const item = this.store.value.unsent.find(({ frame }) => frame.id === id);
    if (!item) return;
    const { conversation, body } = item.frame;
    const { body: written } = this.drafts.of(conversation);
    this.drafts.write(conversation, [body, written].filter(Boolean).join("\n"));
    this.drafts.restore(conversation, item.note);
    this.#outbox.discard(id);
    this.focusComposer();
  }

  async assign(conversation: string, to: string | null): Promise<void> {
    await this.#order({ type: "assign", conversation, to });
  }

  async close(conversation: string): Promise<void> {
    if (await this.#order({ type: "close", conversation })) this.toast("ok", this.t("done.closed"));
  }

  async block(conversation: string, on: boolean, withAddress = false): Promise<void> {
    const isDone = await this.#order({ type: "block", conversation, on, with_address: withAddress });
    if (isDone) this.toast("ok", this.t(on ? "done.blocked" : "done.unblocked"));
  }

  /** Takes back a message, or only this file of it. */
  async redact(conversation: string, message: string, attachment: string | null): Promise<void> {
    const isDone = await this.#order({ type: "redact", conversation, message, attachment });
    if (isDone) this.toast("ok", this.t("redact.done"));
  }

  /** True once the server has taken the order. */
  async transcript(conversation: string, email: string): Promise<boolean> {
    const isDone = await this.#order({ type: "transcript", conversation, email });
    if (isDone) this.toast("ok", this.t("done.transcript", { email }));
    return isDone;
  }

  async setAvailable(is_available: boolean): Promise<void> {
    const { status } = this.#inbox.me;
    this.#showStatus(is_available ? "online" : "away");
    if (!(await this.#order({ type: "status", is_available }))) this.#showStatus(status);
  }

  #showStatus(status: InboxState["me"]["status"]): void {
    this.store.set({ inbox: { ...this.#inbox, me: { ...this.#inbox.me, status } } });
  }

  async setSound(wants_sound: boolean): Promise<void> {
    this.store.set({ wantsSound: wants_sound });
    if (wants_sound) this.chime.ring();
    try {
      await this.#api.prefer({ wants_sound });
    } catch (problem) {
      this.#end(problem);
      this.store.set({ wantsSound: !wants_sound });
      this.toast("danger", this.t("errors.preference"));
    }
  }

  async loadEarlier(): Promise<void> {
    try {
      await this.threads.loadEarlier();
    } catch (problem) {
      this.#end(problem);
      this.toast("danger", this.t("errors.load"));
    }
  }

  /** True if it was done; otherwise a toast has said why not. */
  async #order(question: Question): Promise<boolean> {
    try {
      await this.#questions.ask(question);
      return true;
    } catch (problem) {
      const code = problem instanceof RefusedError ? problem.code : "unavailable";
      this.toast("danger", this.t(`refused.${code}`));
      return false;
    }
  }

  // --- Words -------------------------------------------------------------------------------------

  toast(kind: Toast["kind"], text: string): void {
    const key = uuid();
    const others = this.store.value.toasts.filter((toast) => toast.text !== text);
    this.store.set({ toasts: [...others, { key, kind, text }] });
    if (kind === "ok") systemClock.after(TOAST_FOR, () => this.dismiss(key));
  }

  dismiss(key: string): void {
    this.store.set({ toasts: this.store.value.toasts.filter((toast) => toast.key !== key) });
  }

  focusComposer(): void {
    this.store.set({ composerFocus: this.store.value.composerFocus + 1 });
  }

  /** The visitor's own name, or one made from their id that stays theirs. */
  visitorName({ visitor }: ConversationRow): string {
    return visitor.name || this.t("visitor.unnamed", { id: visitor.id.replace(/^vi/, "").slice(0, 4) });
  }

  #end(problem: unknown): void {
    if (problem instanceof ApiError && problem.status === 401) this.store.set({ end: "signed_out" });
  }

  #explainUpload(code: string): string {
    const key = `upload.${code}`;
    const text = this.t(key, { size: Math.floor(this.bootstrap.max_upload / 1_000_000) });
    return text === key ? this.t("upload.failed") : text;
  }
}

/** Somebody is looking at this page. */
export function isAttended(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

/** The other side has not been told yet that its messages have arrived. */
function lacksReceipt(row: ConversationRow): boolean {
  return row.state !== "closed" && row.received.agents < row.last_seq;
}
