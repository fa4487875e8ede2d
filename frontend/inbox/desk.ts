import { systemClock } from "../shared/clock";
import { createTranslator, type Translate } from "../shared/i18n";
import { uuid } from "../shared/ids";
import {
  applyInbox,
  type InboxState,
  loadEarlier,
  loadFound,
  loadInbox,
  loadPage,
  loadThread,
  threadVersions,
  type View,
} from "../shared/inboxState";
import { Outbox } from "../shared/outbox";
import { type Connection, LiveSocket, type Loss } from "../shared/socket";
import { CloseCode, type ConversationRow, type InboxDown, type InboxUp, PROTOCOL } from "../shared/wire";
import { Api, ApiError } from "./api";
import type { Bootstrap } from "./bootstrap";
import { DraftBox, type Drafts } from "./drafts";
import { Questions, RefusedError } from "./questions";
import type { Chime } from "./sound";
import { Store } from "./store";
import type { OutboxFrame, OutboxItem, OutboxNote } from "./threadItems";

export interface Toast {
  key: string;
  text: string;
  kind: "ok" | "danger";
}

/** Rows that a search found, open and closed ones apart, in the server's order. */
export interface Found {
  ids: string[];
  next: string | null;
}

export interface Search {
  query: string;
  open: Found;
  closed: Found;
  /** Null while the server has not answered. */
  state: "loading" | "done" | "failed";
}

/** The conversation that is open, and what had been read when it was opened. */
export interface Selection {
  id: string;
  seenSeq: number | null;
  state: "loading" | "ready" | "failed" | "missing";
  isLoadingEarlier: boolean;
}

/** Why the page cannot go on by itself. */
export type End = "outdated" | "signed_out" | "forbidden";

export interface DeskState {
  inbox: InboxState;
  view: View;
  /** Views that a page is being loaded of, and those where that went wrong. */
  loading: Partial<Record<View, boolean>>;
  failed: Partial<Record<View, boolean>>;
  search: Search | null;
  selection: Selection | null;
  drafts: Drafts;
  unsent: readonly OutboxItem[];
  connection: Connection;
  /** Attempts in a row that did not get through. */
  failures: number;
  end: End | null;
  wantsSound: boolean;
  toasts: readonly Toast[];
  /** Read aloud when a visitor writes. */
  announcement: string;
  /** Moves the focus into the composer when it changes. */
  composerFocus: number;
}

const ENDS: Record<number, End> = {
  [CloseCode.malformed]: "outdated",
  [CloseCode.unauthorised]: "signed_out",
  [CloseCode.forbidden]: "forbidden",
  [CloseCode.helloFirst]: "outdated",
  [CloseCode.reload]: "outdated",
};
const COUNT_AFTER = 1_000;
const TYPING_ENDS_AFTER = 6_000;
const TYPING_AGAIN_AFTER = 3_000;
const SEARCH_AFTER = 250;
const TOAST_FOR = 6_000;
const NONE: Found = { ids: [], next: null };

/** The agent's desk: everything that the inbox shows, and every verb that its buttons have. */
export class Desk {
  readonly store: Store<DeskState>;
  readonly t: Translate;
  readonly api: Api;
  readonly drafts: DraftBox;
  readonly #socket: LiveSocket<InboxUp, InboxDown>;
  readonly #outbox: Outbox<OutboxFrame, OutboxNote>;
  readonly #questions: Questions;
  readonly #timers = new Map<string, () => void>();
  readonly #marked = new Map<string, number>();
  #isAsking = false;
  #typedAt = 0;

  constructor(
    readonly bootstrap: Bootstrap,
    private readonly chime: Chime,
  ) {
    this.t = createTranslator(bootstrap.texts, bootstrap.language);
    this.api = new Api(bootstrap);
    this.store = new Store<DeskState>({
      inbox: loadInbox(bootstrap),
      view: bootstrap.view,
      loading: {},
      failed: {},
      search: null,
      selection: null,
      drafts: {},
      unsent: [],
      connection: "connecting",
      failures: 0,
      end: null,
      wantsSound: bootstrap.me.wants_sound,
      toasts: [],
      announcement: "",
      composerFocus: 0,
    });
    this.#socket = new LiveSocket<InboxUp, InboxDown>({
      dial: () => new WebSocket(socketAddress(bootstrap.urls.socket)),
      hello: () => ({ type: "hello", protocol: PROTOCOL, rev: this.#inbox.rev }),
      sync: () => ({ type: "sync", rev: this.#inbox.rev, threads: threadVersions(this.#inbox) }),
      onFrame: (frame) => this.#take(frame),
      onState: (connection, loss) => this.#turn(connection, loss),
    });
    this.#questions = new Questions((frame) => this.#socket.send(frame));
    this.#outbox = new Outbox<OutboxFrame, OutboxNote>({
      send: (frame) => this.#socket.send(frame),
      onChange: (unsent) => this.store.set({ unsent }),
    });
    this.drafts = new DraftBox({
      api: this.api,
      maxUpload: bootstrap.max_upload,
      read: () => this.store.value.drafts,
      write: (drafts) => this.store.set({ drafts }),
      explain: (code) => this.#explainUpload(code),
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
    this.store.set({
      connection,
      failures: connection === "open" ? 0 : (loss?.failures ?? this.store.value.failures),
      end: this.store.value.end ?? end,
    });
  }

  #take(frame: InboxDown): void {
    const before = this.#inbox;
    const { state, gap, restart } = applyInbox(before, frame);
    if (state !== before) this.store.set({ inbox: state });
    switch (frame.type) {
      case "welcome":
        this.#resume(frame.rev);
        break;
      case "change":
        this.#notice(before, frame.conversation, frame.change === "message_posted" ? frame.messages : []);
        break;
      case "changes":
        this.#isAsking = false;
        this.#countLater();
        break;
      case "ack":
        this.#outbox.acknowledge(frame.id);
        this.#questions.acknowledge(frame.id);
        if (frame.change) this.#countLater();
        break;
      case "refused":
        if (frame.id && !this.#outbox.refuse(frame.id, frame.code))
          this.#questions.refuse(frame.id, frame.code);
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
    else if (!this.#isAsking) this.#mendThread();
  }

  #resume(head: number): void {
    this.#marked.clear();
    this.#watch();
    this.#outbox.flush();
    this.#questions.repeat();
    if (head > this.#inbox.rev) this.#ask();
    for (const row of Object.values(this.#inbox.conversations).slice(0, 20)) this.#markReceived(row);
  }

  #ask(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    this.#socket.sync();
  }

  #notice(
    before: InboxState,
    row: ConversationRow,
    messages: readonly { author: { kind: string }; body: string }[],
  ): void {
    this.#countLater();
    const isNew = row.version > (before.conversations[row.id]?.version ?? 0);
    const fromVisitor = messages.filter((message) => message.author.kind === "visitor");
    if (!isNew || fromVisitor.length === 0) return;
    this.#markReceived(row);
    const name = this.visitorName(row);
    const words = fromVisitor.map((message) => message.body).join(" ");
    this.store.set({
      announcement: this.t("thread.announced", { name, text: words || this.t("list.file") }),
    });
    const isMine = row.assignee === null || row.assignee.id === before.me.id;
    const isInView = this.store.value.selection?.id === row.id && isAttended();
    if (isMine && !isInView && this.store.value.wantsSound) this.chime.ring();
  }

  #later(key: string, milliseconds: number, run: () => void): void {
    this.#timers.get(key)?.();
    this.#timers.set(key, systemClock.after(milliseconds, run));
  }

  #countLater(): void {
    if (!this.#timers.has("count")) {
      this.#later("count", COUNT_AFTER, () => {
        this.#timers.delete("count");
        this.#socket.send({ type: "count" });
      });
    }
  }

  /** The word that typing has ended may be dropped on its way. */
  #endTypingLater(frame: Extract<InboxDown, { type: "typing" }>): void {
    const key = `typing ${frame.conversation} ${frame.by?.id ?? ""}`;
    if (!frame.on) {
      this.#timers.get(key)?.();
      return;
    }
    this.#later(key, TYPING_ENDS_AFTER, () => this.#take({ ...frame, on: false }));
  }

  #mendThread(): void {
    const { selection } = this.store.value;
    if (selection?.state === "ready" && this.#inbox.threads[selection.id]?.is_stale)
      void this.#loadThread(selection.id);
  }

  #reload(): void {
    const { view, selection } = this.store.value;
    void this.loadMore(view);
    if (selection) void this.#loadThread(selection.id);
  }

  // --- Lists -------------------------------------------------------------------------------------

  show(view: View): void {
    this.store.set({ view, search: null });
    if (!this.#inbox.views[view]) void this.loadMore(view);
  }

  /** The first page of a view, or the one after what is there. */
  async loadMore(view: View): Promise<void> {
    const extent = this.#inbox.views[view];
    if (this.store.value.loading[view] || (extent && extent.next === null)) return;
    this.#flag("loading", view, true);
    this.#flag("failed", view, false);
    try {
      const page = await this.api.list(view, "", extent?.next ?? null);
      // A restart in between has emptied the view: this page would not begin at its start.
      if (extent && this.#inbox.views[view] !== extent) return;
      const inbox = loadPage(this.#inbox, view, page.conversations, page.next);
      this.store.set({ inbox: { ...inbox, counts: page.counts } });
    } catch (problem) {
      this.#end(problem);
      this.#flag("failed", view, true);
    } finally {
      this.#flag("loading", view, false);
    }
  }

  #flag(which: "loading" | "failed", view: View, is: boolean): void {
    this.store.set({ [which]: { ...this.store.value[which], [view]: is } });
  }

  /** Searches names and words once somebody has stopped typing. An empty query ends the search. */
  search(query: string): void {
    const words = query.trim();
    this.#timers.get("search")?.();
    if (!words) {
      this.store.set({ search: null });
      return;
    }
    const { search } = this.store.value;
    this.store.set({ search: { open: NONE, closed: NONE, ...search, query, state: "loading" } });
    this.#later("search", SEARCH_AFTER, () => void this.#find(query, words));
  }

  async #find(query: string, words: string): Promise<void> {
    try {
      const [open, closed] = await Promise.all([
        this.api.list("all", words, null),
        this.api.list("closed", words, null),
      ]);
      if (this.store.value.search?.query !== query) return;
      this.store.set({
        inbox: loadFound(this.#inbox, [...open.conversations, ...closed.conversations]),
        search: {
          query,
          open: { ids: open.conversations.map(({ id }) => id), next: open.next },
          closed: { ids: closed.conversations.map(({ id }) => id), next: closed.next },
          state: "done",
        },
      });
    } catch (problem) {
      this.#end(problem);
      const { search } = this.store.value;
      if (search?.query === query) this.store.set({ search: { ...search, state: "failed" } });
    }
  }

  async findMore(which: "open" | "closed"): Promise<void> {
    const { search } = this.store.value;
    const after = search?.[which].next;
    if (!search || !after || search.state !== "done") return;
    this.store.set({ search: { ...search, state: "loading" } });
    try {
      const view = which === "open" ? "all" : "closed";
      const page = await this.api.list(view, search.query.trim(), after);
      if (this.store.value.search?.query !== search.query) return;
      const ids = [...search[which].ids, ...page.conversations.map(({ id }) => id)];
      this.store.set({
        inbox: loadFound(this.#inbox, page.conversations),
        search: { ...search, [which]: { ids: [...new Set(ids)], next: page.next }, state: "done" },
      });
    } catch (problem) {
      this.#end(problem);
      this.store.set({ search: { ...search, state: "done" } });
      this.toast("danger", this.t("errors.load"));
    }
  }

  // --- Threads -----------------------------------------------------------------------------------

  /** Opens a conversation, or none. */
  select(id: string | null): void {
    const { selection } = this.store.value;
    if ((selection?.id ?? null) === id) return;
    if (selection) this.type(selection.id, false);
    if (id === null) {
      this.store.set({ selection: null });
      this.#watch();
      return;
    }
    const row = this.#inbox.conversations[id];
    const thread = this.#inbox.threads[id];
    const isReady = thread !== undefined && !thread.is_stale;
    this.store.set({
      selection: {
        id,
        seenSeq: row && row.unread > 0 ? row.seen.agents : null,
        state: isReady ? "ready" : "loading",
        isLoadingEarlier: false,
      },
    });
    this.#watch();
    if (!isReady || hasExpired(thread.messages.flatMap((message) => message.attachments)))
      void this.#loadThread(id);
  }

  retryThread(): void {
    const { selection } = this.store.value;
    if (!selection) return;
    this.store.set({ selection: { ...selection, state: "loading" } });
    void this.#loadThread(selection.id);
  }

  async #loadThread(id: string): Promise<void> {
    if (this.#timers.has(`thread ${id}`)) return;
    this.#timers.set(`thread ${id}`, () => {});
    try {
      const load = await this.api.conversation(id);
      const { selection } = this.store.value;
      this.store.set({ inbox: loadThread(this.#inbox, load) });
      if (selection?.id === id) {
        const seenSeq =
          selection.state === "loading" && load.conversation.unread > 0
            ? load.conversation.seen.agents
            : selection.seenSeq;
        this.store.set({ selection: { ...selection, seenSeq, state: "ready" } });
      }
    } catch (problem) {
      this.#end(problem);
      const { selection } = this.store.value;
      const isGone = problem instanceof ApiError && problem.status === 404;
      if (selection?.id === id && !this.#inbox.threads[id]) {
        this.store.set({ selection: { ...selection, state: isGone ? "missing" : "failed" } });
      }
    } finally {
      this.#timers.delete(`thread ${id}`);
    }
  }

  async loadEarlier(): Promise<void> {
    const { selection } = this.store.value;
    const thread = selection && this.#inbox.threads[selection.id];
    const first = thread?.messages[0];
    if (!selection || selection.isLoadingEarlier || !thread?.has_earlier || !first) return;
    this.store.set({ selection: { ...selection, isLoadingEarlier: true } });
    try {
      const { messages, has_earlier } = await this.api.earlier(selection.id, first.seq);
      this.store.set({ inbox: loadEarlier(this.#inbox, selection.id, messages, has_earlier) });
    } catch (problem) {
      this.#end(problem);
      this.toast("danger", this.t("errors.load"));
    } finally {
      const now = this.store.value.selection;
      if (now?.id === selection.id) this.store.set({ selection: { ...now, isLoadingEarlier: false } });
    }
  }

  #watch(): void {
    this.#socket.send({ type: "watch", conversation: this.store.value.selection?.id ?? null });
  }

  /** The newest message of the open conversation is in front of somebody's eyes. */
  see(id: string): void {
    const row = this.#inbox.conversations[id];
    const thread = this.#inbox.threads[id];
    const seq = thread?.messages[thread.messages.length - 1]?.seq ?? 0;
    if (!row || !isAttended() || seq <= Math.max(row.seen.agents, this.#marked.get(id) ?? 0)) return;
    if (this.#socket.send({ type: "seen", conversation: id, seq })) this.#marked.set(id, seq);
  }

  #markReceived(row: ConversationRow): void {
    if (row.state === "closed" || row.received.agents >= row.last_seq) return;
    this.#socket.send({ type: "received", conversation: row.id, seq: row.last_seq });
  }

  /** Tells others that this agent types; said again while it goes on. */
  type(conversation: string, on: boolean): void {
    const now = systemClock.now();
    if (on && now - this.#typedAt < TYPING_AGAIN_AFTER) return;
    if (!on && this.#typedAt === 0) return;
    this.#typedAt = on ? now : 0;
    this.#socket.send({ type: "typing", conversation, on });
    if (on) this.#later("own typing", TYPING_ENDS_AFTER, () => this.type(conversation, false));
  }

  // --- Verbs -------------------------------------------------------------------------------------

  send(conversation: string): void {
    const draft = this.drafts.of(conversation);
    const files = draft.uploads.flatMap(({ row }) => (row ? [row] : []));
    const body = draft.body.trim();
    if (!body && files.length === 0) return;
    this.#outbox.add(
      { type: "message", id: uuid(), conversation, body, attachments: files.map(({ id }) => id) },
      files,
    );
    this.drafts.clear(conversation);
    this.#typedAt = 0;
    const { selection } = this.store.value;
    if (selection) this.store.set({ selection: { ...selection, seenSeq: null } });
  }

  retry(id: string): void {
    this.#outbox.retry(id);
  }

  discard(id: string): void {
    this.#outbox.discard(id);
  }

  async assign(conversation: string, to: string | null): Promise<void> {
    await this.#do(() => this.#questions.ask({ type: "assign", conversation, to }));
  }

  async close(conversation: string): Promise<void> {
    const isDone = await this.#do(() => this.#questions.ask({ type: "close", conversation }));
    if (isDone) this.toast("ok", this.t("done.closed"));
  }

  async block(conversation: string, on: boolean): Promise<void> {
    const isDone = await this.#do(() => this.#questions.ask({ type: "block", conversation, on }));
    if (isDone) this.toast("ok", this.t(on ? "done.blocked" : "done.unblocked"));
  }

  /** True once the server has taken the order. */
  async transcript(conversation: string, email: string): Promise<boolean> {
    const isDone = await this.#do(() => this.#questions.ask({ type: "transcript", conversation, email }));
    if (isDone) this.toast("ok", this.t("done.transcript", { email }));
    return isDone;
  }

  async setAvailable(is_available: boolean): Promise<void> {
    const { me } = this.#inbox;
    const show = (status: typeof me.status) =>
      this.store.set({ inbox: { ...this.#inbox, me: { ...this.#inbox.me, status } } });
    show(is_available ? "online" : "away");
    if (!(await this.#do(() => this.#questions.ask({ type: "status", is_available })))) show(me.status);
  }

  async setSound(wants_sound: boolean): Promise<void> {
    this.store.set({ wantsSound: wants_sound });
    if (wants_sound) this.chime.ring();
    try {
      await this.api.prefer({ wants_sound });
    } catch (problem) {
      this.#end(problem);
      this.store.set({ wantsSound: !wants_sound });
      this.toast("danger", this.t("errors.preference"));
    }
  }

  /** True if it was done; otherwise a toast has said why not. */
  async #do(verb: () => Promise<void>): Promise<boolean> {
    try {
      await verb();
      return true;
    } catch (problem) {
      const code = problem instanceof RefusedError ? problem.code : "unavailable";
      this.toast("danger", this.t(`refused.${code}`));
      return false;
    }
  }

  #end(problem: unknown): void {
    if (!(problem instanceof ApiError)) return;
    if (problem.status === 401) this.store.set({ end: "signed_out" });
  }

  #explainUpload(code: string): string {
    const size = Math.floor(this.bootstrap.max_upload / 1_000_000);
    const text = this.t(`upload.${code}`, { size });
    return text === `upload.${code}` ? this.t("upload.failed") : text;
  }

  // --- Words -------------------------------------------------------------------------------------

  toast(kind: Toast["kind"], text: string): void {
    const key = uuid();
    this.store.set({
      toasts: [...this.store.value.toasts.filter((one) => one.text !== text), { key, kind, text }],
    });
    if (kind === "ok") systemClock.after(TOAST_FOR, () => this.dismiss(key));
  }

  dismiss(key: string): void {
    this.store.set({ toasts: this.store.value.toasts.filter((toast) => toast.key !== key) });
  }

  /** The visitor's own name, or one made from their id that stays theirs. */
  visitorName({ visitor }: ConversationRow): string {
    return visitor.name || this.t("visitor.unnamed", { id: visitor.id.replace(/^vi/, "").slice(0, 4) });
  }

  focusComposer(): void {
    this.store.set({ composerFocus: this.store.value.composerFocus + 1 });
  }
}

/** Somebody is looking at this page. */
export function isAttended(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}

function hasExpired(attachments: readonly { expires_at: string }[]): boolean {
  const now = systemClock.now();
  return attachments.some((attachment) => new Date(attachment.expires_at).getTime() < now);
}

function socketAddress(given: string): string {
  const address = new URL(given, location.href);
  if (address.protocol === "http:" || address.protocol === "https:") {
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  }
  return address.href;
}
