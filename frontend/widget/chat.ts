import type { Chime } from "../shared/chime";
import { type Clock, systemClock } from "../shared/clock";
import { uuid } from "../shared/ids";
import { Outbox, type Unsent } from "../shared/outbox";
import type { Identity, ToFrame, ToLoader } from "../shared/port";
import type { Connection, Loss } from "../shared/socket";
import { addEarlier, applyVisitor, emptyVisitor } from "../shared/visitorState";
import {
  type AttachmentRow,
  type AvailabilityStatus,
  type BoxRow,
  CloseCode,
  type FormsRow,
  type MemberRow,
  type MessageRow,
  type Page,
  type PageForms,
  PROTOCOL,
  type QuestionRow,
  type RefusalCode,
  type VisitorDown,
  type VisitorState,
  type VisitorUp,
} from "../shared/wire";
import type { Bootstrap } from "./bootstrap";
import type { Line, LineWiring } from "./line";
import { isMail } from "./mail";
import { legacyMessage, pageMessage } from "./pageMessage";
import { type Upload, upload } from "./uploads";

export type MessageFrame = Extract<VisitorUp, { type: "message" }>;
export type UnsentMessage = Unsent<MessageFrame, readonly AttachmentRow[]>;

export type FormPoint = "prechat" | "offline";

export const MAX_FILES = 5;
const TYPING_REPEAT = 3_000;
const TYPING_END = 4_000;
const TYPING_SHOWN = 7_000;
const DRAFT_PAUSE = 1_500;
const NOTICE_AFTER = 4_000;

/** All that the chat shows. Replaced as a whole by each change. */
export interface View {
  state: VisitorState;
  hasLoaded: boolean;
  unsent: readonly UnsentMessage[];
  uploads: readonly Upload[];
  /** `lost` only once it has lasted, so that a blink of the network does not nag; `over`: for good. */
  connection: "fine" | "lost" | "over";
  availability: AvailabilityStatus | null;
  typing: MemberRow | null;
  draft: string;
  email: string;
  emailError: boolean;
  filesError: boolean;
  isOpen: boolean;
  isPhone: boolean;
  hasSounds: boolean;
  color: string;
  noticeUrl: string;
  isLoadingEarlier: boolean;
  /** Raised to move the keyboard into the text field. */
  focus: number;
  /** The newest words of the other side, for those who listen. */
  news: { key: string; author: string; text: string } | null;
  transcript: "none" | "sending" | "sent" | RefusalCode;
  /** What the server wants to know and say before the first message. */
  forms: FormsRow | null;
  /** The first message is written, and the form before it is open. */
  isAsking: boolean;
  /** The field of the form that the server did not take. */
  wrongField: string | null;
  /** Purposes whose boxes are ticked. They go along with the next message. */
  ticked: readonly string[];
}

export interface ChatWiring {
  bootstrap: Bootstrap;
  say: (message: ToLoader) => void;
  connect: (wiring: Omit<LineWiring, "dial" | "post">) => Pick<Line, "start" | "stop" | "send" | "sync">;
  chime: Pick<Chime, "ring">;
  fetch: typeof fetch;
  clock?: Clock;
}

function isTheirs(message: MessageRow): boolean {
  return !message.event && (message.author.kind === "member" || message.author.kind === "automatic");
}

/** One visitor's chat: what it shows, what the visitor can do, what the page is told. */
export class Chat {
  readonly bootstrap: Bootstrap;
  view: View;
  readonly #wiring: ChatWiring;
  readonly #clock: Clock;
  readonly #line: Pick<Line, "start" | "stop" | "send" | "sync">;
  readonly #outbox: Outbox<MessageFrame, readonly AttachmentRow[]>;
  readonly #listeners = new Set<() => void>();
  readonly #uploads = new Map<string, () => void>();
  readonly #asked = new Map<string, "end" | "transcript" | "identify">();
  #token: string | null = null;
  #ticket: string;
  #page: Page | null = null;
  #identity: Identity = {};
  /** What the page changes about the forms. */
  #pageForms: PageForms | null = null;
  /** The visitor to whom the page's words about them were last told. */
  #introduced: string | null = null;
  #visitorId = "";
  /** Erased, and has not written since. */
  #isForgotten = false;
  #isOnline = false;
  #isAsking = false;
  #marked = { conversation: "", received: 0, seen: 0 };
  #typedAt: number | null = null;
  #forgetTyping: () => void = () => {};
  #forgetTheirTyping: () => void = () => {};
  #forgetLoss: () => void = () => {};
  #forgetDraft: () => void = () => {};
  #told = { conversation: "", unread: -1, isBlocked: false, agent: "" };

  constructor(wiring: ChatWiring) {
    const { bootstrap } = wiring;
    this.bootstrap = bootstrap;
    this.#wiring = wiring;
    this.#clock = wiring.clock ?? systemClock;
    this.#ticket = bootstrap.ticket;
    this.view = {
      state: emptyVisitor(),
      hasLoaded: false,
      unsent: [],
      uploads: [],
      connection: "fine",
      availability: null,
      typing: null,
      draft: "",
      email: "",
      emailError: false,
      filesError: false,
      isOpen: false,
      isPhone: false,
      hasSounds: true,
      color: bootstrap.color,
      noticeUrl: bootstrap.notice.url,
      isLoadingEarlier: false,
      focus: 0,
      news: null,
      transcript: "none",
      forms: null,
      isAsking: false,
      wrongField: null,
      ticked: [],
    };
    this.#outbox = new Outbox<MessageFrame, readonly AttachmentRow[]>({
      send: (frame) => this.#line.send(frame),
      onChange: (unsent) => {
        this.#set({ unsent });
        this.#keepDraftLater();
      },
      clock: this.#clock,
    });
    this.#line = wiring.connect({
      hello: () => ({
        type: "hello",
        protocol: PROTOCOL,
        ticket: this.#ticket,
        token: this.#token,
        ...this.#cursor(),
        page: this.#page,
        group: this.#identity.group ?? null,
        language: bootstrap.language,
        time_zone: bootstrap.collects.includes("location")
          ? Intl.DateTimeFormat().resolvedOptions().timeZone.slice(0, 64)
          : "",
        forms: this.#pageForms,
      }),
      sync: () => ({ type: "sync", ...this.#cursor() }),
      onFrame: (frame) => this.#receive(frame),
      onState: (state, loss) => this.#connect(state, loss),
    });
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  // --- The page -----------------------------------------------------------------------------------

  hear(message: ToFrame): void {
    switch (message.type) {
      case "start":
        this.#token = message.token;
        this.#page = message.page;
        this.#identity = message.identity;
        this.#pageForms = message.forms;
        this.#set({
          // The frame is there before the page says how it stands: what was typed meanwhile stays.
          draft: this.view.draft || message.draft,
          isOpen: message.isOpen,
          focus: this.view.focus + (message.takesFocus ? 1 : 0),
          isPhone: message.isPhone,
          hasSounds: message.hasSounds,
          color: message.color,
          noticeUrl: message.noticeUrl ?? this.bootstrap.notice.url,
        });
        this.#line.start();
        break;
      case "token":
        // Somebody else's conversation must not stay on the screen: start afresh as that visitor.
        this.#line.stop();
        this.#token = message.token;
        this.#set({ state: emptyVisitor(), hasLoaded: false });
        this.#line.start();
        break;
      case "open":
        this.#set({
          isOpen: message.isOpen,
          focus: this.view.focus + (message.takesFocus ? 1 : 0),
        });
        this.mark();
        break;
      case "text":
        this.write(message.text, false);
        break;
      case "identify":
        this.#identity = {
          ...this.#identity,
          ...message.identity,
          ...(message.identity.variables
            ? { variables: { ...this.#identity.variables, ...message.identity.variables } }
            : {}),
        };
        this.#introduce(message.identity);
        break;
      case "layout":
        this.#set({ isPhone: message.isPhone });
        break;
    }
  }

  /** The visitor acts: the page may now keep what its registry names. */
  act(): void {
    if (!this.#isForgotten) this.#wiring.say({ type: "interaction" });
  }

  close(): void {
    this.act();
    this.#wiring.say({ type: "close" });
  }

  move(): void {
    this.#wiring.say({ type: "move" });
  }

  // --- The visitor --------------------------------------------------------------------------------

  write(draft: string, isTyping = true): void {
    this.#isForgotten &&= !isTyping;
    this.#set({ draft });
    this.#keepDraft();
    if (isTyping) this.#type(draft.trim() !== "");
  }

  writeEmail(email: string): void {
    this.#set({ email, emailError: false });
  }

  /** The address is complete: with messages stored already it need not wait for the next. */
  leaveEmail(): void {
    const email = this.view.email.trim();
    const { conversation } = this.view.state;
    if (!email || !conversation || conversation.state === "closed") return;
    const emailError = !isMail(email);
    this.#set({ emailError });
    if (!emailError) this.#line.send({ type: "identify", id: uuid(), email });
  }

  canSend(): boolean {
    const { draft, uploads, state } = this.view;
    const isReady = uploads.every((one) => one.row);
    return !state.visitor.is_blocked && isReady && (draft.trim() !== "" || uploads.length > 0);
  }

  isAway(): boolean {
    return this.view.availability === "away" || this.view.availability === "offline";
  }

  /** What a form asks and is not known yet; null: it need not stand before the next message. */
  questions(point: FormPoint): QuestionRow[] | null {
    const { forms, state } = this.view;
    if (!forms || !this.#isFirst()) return null;
    const known = (key: string) =>
      (key === "name" || key === "email" || key === "phone") && (state.visitor[key] || this.#identity[key]);
    const asked = forms[point].filter(({ key }) => !known(key));
    return asked.length > 0 || forms.requires_acknowledgement ? asked : null;
  }

  /** Whether boxes stand beside the message: no form will show them. */
  offers(): boolean {
    const isAsked = this.questions(this.isAway() ? "offline" : "prechat");
    return this.#isFirst() && !isAsked && !!this.view.forms?.consents.length;
  }

  /** Whether the next message begins a conversation. */
  #isFirst(): boolean {
    const { state, unsent } = this.view;
    const isRunning = state.conversation && state.conversation.state !== "closed";
    return unsent.length === 0 && !isRunning && !state.visitor.is_blocked;
  }

  /** Tick a box, or empty it again. */
  tick(purpose: string): void {
    const { ticked } = this.view;
    this.act();
    this.#set({
      ticked: ticked.includes(purpose) ? ticked.filter((one) => one !== purpose) : [...ticked, purpose],
    });
  }

  /** The boxes that are left, as the server has just said. */
  offer(consents: readonly BoxRow[]): void {
    const { forms } = this.view;
    if (forms) this.#set({ forms: { ...forms, consents } });
  }

  /** The form that stands here now. */
  asks(): FormPoint | null {
    if (this.isAway()) return this.questions("offline") && "offline";
    return this.view.isAsking && this.questions("prechat") ? "prechat" : null;
  }

  stopAsking(): void {
    this.#set({ isAsking: false });
  }

  /** Sends what is in the composer. `asksEmail`: the field for an address is shown with it. */
  send(asksEmail: boolean): void {
    const { email } = this.view;
    if (!this.canSend()) return;
    if (!this.isAway() && this.questions("prechat")) {
      this.#set({ isAsking: true });
      return;
    }
    const address = asksEmail ? email.trim() : "";
    if (address && !isMail(address)) {
      this.#set({ emailError: true });
      return;
    }
    this.post(address ? { email: address } : {});
  }

  /** Sends what is written, with what a form has brought. */
  post(more: Pick<MessageFrame, "email" | "form" | "notice">): void {
    const { draft, uploads, forms, state, ticked } = this.view;
    const { conversation } = state;
    const isFirst = !conversation || conversation.state === "closed";
    const rows = uploads.flatMap((one) => (one.row ? [one.row] : []));
    const { notice } = this.bootstrap;
    const version = forms?.notice.version ?? notice.version;
    const isTicked = ({ purpose }: BoxRow) => ticked.includes(purpose);
    const boxes = forms?.consents ?? [];
    const frame: MessageFrame = {
      type: "message",
      id: uuid(),
      body: draft.trim(),
      attachments: rows.map((row) => row.id),
      ...(notice.shown && !conversation ? { notice: { version, how: "shown" } } : {}),
      ...(boxes.some(isTicked)
        ? { consents: boxes.filter(isTicked).map(({ purpose, version }) => ({ purpose, version })) }
        : {}),
      // Not before the visitor writes: reading it is access to their device (S24).
      ...(isFirst && this.bootstrap.collects.includes("screen")
        ? { screen: `${screen.width}x${screen.height}` }
        : {}),
      ...more,
    };
    this.#set({
      draft: "",
      uploads: [],
      filesError: false,
      isAsking: false,
      wrongField: null,
      forms: forms && {
        ...forms,
        requires_acknowledgement: forms.requires_acknowledgement && more.notice?.how !== "ticked",
        consents: boxes.filter((box) => !isTicked(box)),
      },
      ticked: [],
    });
    this.#type(false);
    this.#outbox.add(frame, rows);
    this.#keepDraft();
  }

  retry(id: string): void {
    this.#outbox.retry(id);
  }

  attach(files: readonly File[]): void {
    const room = MAX_FILES - this.view.uploads.length;
    this.#set({ filesError: files.length > room });
    for (const file of files.slice(0, Math.max(0, room))) this.#upload(uuid(), file);
  }

  retryUpload(key: string): void {
    const one = this.view.uploads.find((other) => other.key === key);
    if (one) this.#upload(key, one.file);
  }

  detach(key: string): void {
    this.#uploads.get(key)?.();
    this.#uploads.delete(key);
    this.#set({ uploads: this.view.uploads.filter((one) => one.key !== key), filesError: false });
  }

  end(): void {
    this.#ask("end", { type: "end", id: uuid() });
  }

  askTranscript(email: string): void {
    const frame = { type: "transcript" as const, id: uuid(), email };
    this.#set({ transcript: this.#ask("transcript", frame) ? "sending" : "unavailable" });
  }

  forgetTranscript(): void {
    this.#set({ transcript: "none" });
  }

  switchSounds(): void {
    const hasSounds = !this.view.hasSounds;
    this.#set({ hasSounds });
    if (hasSounds) this.#wiring.chime.ring();
  }

  /** Tells the server how far this device, and the visitor's eyes, have come. */
  mark(): void {
    const { state, isOpen } = this.view;
    const { conversation, messages } = state;
    if (!conversation || !this.#isOnline) return;
    if (this.#marked.conversation !== conversation.id) {
      this.#marked = { conversation: conversation.id, received: 0, seen: 0 };
    }
    const seq = messages.reduce((most, message) => (isTheirs(message) ? message.seq : most), 0);
    if (isOpen && document.visibilityState === "visible")
      this.#markOnce("seen", seq, conversation.seen.visitor);
    else this.#markOnce("received", seq, conversation.received.visitor);
  }

  /** Asks over HTTP as this visitor; with a body it is a POST. Rejects without a network. */
  async request(address: string, body?: object): Promise<Response> {
    const send = () =>
      this.#wiring.fetch(address, {
        method: body ? "POST" : "GET",
        headers: { "X-Chatapp-Ticket": this.#ticket, "X-Chatapp-Token": this.#token ?? "" },
        body: body ? JSON.stringify(body) : null,
        credentials: "omit",
      });
    const response = await send();
    return response.status === 403 && (await this.#renewTicket()) ? send() : response;
  }

  /** The visitor has been erased: a new one begins, of whom the device keeps nothing until they write. */
  forget(): void {
    this.#isForgotten = true;
    this.#line.stop();
    this.#token = null;
    this.#visitorId = "";
    this.#identity = {};
    this.#outbox.clear();
    this.#set({
      state: emptyVisitor(),
      hasLoaded: false,
      draft: "",
      email: "",
      uploads: [],
      isAsking: false,
      ticked: [],
    });
    this.#wiring.say({ type: "forget" });
    this.#line.start();
  }

  async loadEarlier(): Promise<void> {
    const { state, isLoadingEarlier } = this.view;
    const first = state.messages[0];
    if (isLoadingEarlier || !state.has_earlier || !first || !state.conversation) return;
    this.#set({ isLoadingEarlier: true });
    try {
      const query = new URLSearchParams({ conversation: state.conversation.id, before: String(first.seq) });
      const response = await this.request(`${this.bootstrap.messages}?${query}`);
      if (!response.ok) return;
      const found = (await response.json()) as { messages: MessageRow[]; has_earlier: boolean };
      this.#set({ state: addEarlier(this.view.state, found.messages, found.has_earlier) });
    } catch {
      // The network is gone: the visitor scrolls again, or presses the button that is still there.
    } finally {
      this.#set({ isLoadingEarlier: false });
    }
  }

  // --- The server ---------------------------------------------------------------------------------

  #receive(frame: VisitorDown): void {
    switch (frame.type) {
      case "welcome":
        this.#welcome(frame);
        break;
      case "availability":
        this.#announce(frame.status);
        break;
      case "typing":
        this.#showTyping(frame.on ? frame.by : null);
        break;
      case "refused":
        if (frame.id) this.#refused(frame.id, frame.code, frame.field);
        break;
      case "ack":
        this.#acknowledged(frame);
        break;
      case "reload":
        this.#wiring.say({ type: "reload" });
        break;
      default:
        this.#apply(frame);
    }
  }

  #welcome(frame: Extract<VisitorDown, { type: "welcome" }>): void {
    const isAnother = this.#visitorId !== "" && this.#visitorId !== frame.visitor_id;
    this.#token = frame.token;
    this.#visitorId = frame.visitor_id;
    if (isAnother) this.#set({ state: emptyVisitor(), hasLoaded: false });
    this.#wiring.say({ type: "identity", token: frame.token, visitorId: frame.visitor_id });
    this.#set({ forms: frame.forms });
    this.#wiring.say({ type: "dropped", fields: frame.forms.dropped });
    this.#announce(frame.availability);
    this.#apply(frame);
  }

  #apply(frame: VisitorDown): void {
    const before = this.view;
    const { state, gap } = applyVisitor(before.state, frame);
    if (gap) {
      // One question is enough for a burst of frames; its answer heals them all.
      if (!this.#isAsking) this.#line.sync();
      this.#isAsking = true;
      return;
    }
    if (frame.type === "changes" || frame.type === "welcome") this.#isAsking = false;
    if (state !== before.state || !before.hasLoaded) {
      this.#set({ state, hasLoaded: true });
      this.#hearNews(before, state);
    }
    this.mark();
    this.#tell();
  }

  #acknowledged(frame: Extract<VisitorDown, { type: "ack" }>): void {
    this.#apply(frame);
    const asked = this.#asked.get(frame.id);
    this.#asked.delete(frame.id);
    if (asked === "transcript") this.#set({ transcript: "sent" });
    if (!this.#outbox.acknowledge(frame.id)) return;
    const stored = frame.change?.messages.find((message) => message.client_id === frame.id);
    if (!stored) return;
    this.#fire("message_sent", pageMessage(stored, this.#visitorId));
    this.#fire("sent", legacyMessage(stored));
    this.#fire("message", legacyMessage(stored));
  }

  #refused(id: string, code: RefusalCode, field: string | null): void {
    const sent = this.#outbox.unsent.find((one) => one.frame.id === id);
    if (sent && (field || code === "notice_required")) {
      this.#askAgain(sent, field);
      return;
    }
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (asked === "transcript") this.#set({ transcript: code });
    this.#outbox.refuse(id, code);
  }

  /** The form has changed meanwhile: the words go back, and a new welcome brings what is asked now. */
  #askAgain({ frame, note }: UnsentMessage, wrongField: string | null): void {
    this.#outbox.discard(frame.id);
    this.#set({
      draft: [frame.body, this.view.draft].filter(Boolean).join("\n"),
      uploads: note.map((row) => ({
        key: row.id,
        file: new File([], row.name),
        progress: 1,
        row,
        error: null,
      })),
      isAsking: true,
      wrongField,
      ticked: frame.consents?.map(({ purpose }) => purpose) ?? [],
    });
    this.#line.stop();
    this.#line.start();
  }

  #connect(state: Connection, loss: Loss | null): void {
    this.#isOnline = state === "open";
    this.#isAsking = false;
    this.#forgetLoss();
    if (state === "open") {
      this.#set({ connection: "fine" });
      this.#marked = { ...this.#marked, received: 0, seen: 0 };
      this.#introduce(null);
      this.#outbox.flush();
      this.mark();
    } else if (state === "stopped" && loss) {
      void this.#stopped(loss.code);
    } else {
      this.#forgetLoss = this.#clock.after(NOTICE_AFTER, () =>
        this.#set({ connection: "lost", typing: null }),
      );
    }
  }

  async #stopped(code: number): Promise<void> {
    if (code === CloseCode.reload) {
      this.#wiring.say({ type: "reload" });
      return;
    }
    if (code === CloseCode.unauthorised && (await this.#renewTicket())) {
      this.#line.start();
      return;
    }
    this.#set({ connection: "over" });
  }

  /** True if the server gave a new one. */
  async #renewTicket(): Promise<boolean> {
    try {
      const response = await this.#wiring.fetch(this.bootstrap.ticket_url, {
        method: "POST",
        headers: { "X-Chatapp-Ticket": this.#ticket },
        credentials: "omit",
      });
      if (!response.ok) return false;
      const { ticket } = (await response.json()) as { ticket: string };
      const isNew = ticket !== this.#ticket;
      this.#ticket = ticket;
      return isNew;
    } catch {
      return false;
    }
  }

  #cursor(): { conversation: string | null; since: number | null } {
    const { conversation } = this.view.state;
    return { conversation: conversation?.id ?? null, since: conversation?.version ?? null };
  }

  #ask(what: "end" | "transcript", frame: VisitorUp & { id: string }): boolean {
    this.#asked.set(frame.id, what);
    return this.#line.send(frame);
  }

  #introduce(changed: Identity | null): void {
    const isFirst = this.#introduced !== this.#visitorId || this.#visitorId === "";
    const { group, ...said } = isFirst || !changed ? this.#identity : changed;
    const isSilent = Object.keys(said).length === 0 && (!changed || group === undefined);
    if (isSilent || (!changed && !isFirst)) return;
    const frame = { type: "identify" as const, id: uuid(), ...said, ...(group ? { group } : {}) };
    this.#introduced = this.#line.send(frame) ? this.#visitorId : null;
  }

  #markOnce(what: "received" | "seen", seq: number, known: number): void {
    if (seq <= known || seq <= this.#marked[what]) return;
    this.#marked[what] = seq;
    this.#line.send({ type: what, seq });
  }

  // --- Telling ------------------------------------------------------------------------------------

  #announce(availability: AvailabilityStatus): void {
    this.#set({ availability });
    this.#wiring.say({ type: "status", status: availability });
  }

  #hearNews(before: View, state: VisitorState): void {
    if (!before.hasLoaded) return;
    const known = new Set(before.state.messages.map((message) => message.id));
    const isSame = before.state.conversation?.id === state.conversation?.id;
    const newest = isSame ? (before.state.messages.at(-1)?.seq ?? 0) : 0;
    for (const message of state.messages) {
      if (known.has(message.id) || message.seq <= newest || !isTheirs(message)) continue;
      const author = message.author.name ?? this.bootstrap.name;
      const text = message.body || message.attachments.map(({ name }) => name).join(", ");
      this.#set({ typing: null, news: { key: message.id, author, text } });
      this.#fire("message_received", pageMessage(message, this.#visitorId));
      this.#fire("message", legacyMessage(message));
      const isWatched = this.view.isOpen && document.hasFocus();
      if (this.view.hasSounds && !isWatched) this.#wiring.chime.ring();
    }
  }

  /** What the page shows or keeps of the conversation, when it has changed. */
  #tell(): void {
    const { conversation, visitor } = this.view.state;
    const isRunning = conversation && conversation.state !== "closed";
    const id = isRunning ? conversation.id : "";
    const unread = isRunning ? conversation.unread : 0;
    const agent = isRunning ? conversation.agent : null;
    const told = this.#told;
    this.#told = { conversation: id, unread, isBlocked: visitor.is_blocked, agent: agent?.id ?? "" };
    if (told.conversation !== id || told.unread < 0)
      this.#wiring.say({ type: "conversation", id: id || null });
    if (told.unread !== unread) this.#wiring.say({ type: "unread", count: unread });
    if (told.isBlocked !== visitor.is_blocked) {
      this.#wiring.say({ type: "blocked", isBlocked: visitor.is_blocked });
    }
    if (told.agent === this.#told.agent) return;
    if (told.agent) this.#fire("agent.leave", { id: told.agent, nickname: "", note: "" });
    if (agent) this.#fire("agent.join", { id: agent.id, nickname: agent.name, note: agent.description });
  }

  #fire(name: Extract<ToLoader, { type: "event" }>["name"], ...values: unknown[]): void {
    this.#wiring.say({ type: "event", name, values });
  }

  // --- Typing and draft ---------------------------------------------------------------------------

  #type(isTyping: boolean): void {
    this.#forgetTyping();
    if (!isTyping) {
      if (this.#typedAt !== null) this.#line.send({ type: "typing", on: false });
      this.#typedAt = null;
      return;
    }
    const now = this.#clock.now();
    if (this.#typedAt === null || now - this.#typedAt >= TYPING_REPEAT) {
      this.#typedAt = now;
      this.#line.send({ type: "typing", on: true });
    }
    this.#forgetTyping = this.#clock.after(TYPING_END, () => this.#type(false));
  }

  #showTyping(typing: MemberRow | null): void {
    this.#forgetTheirTyping();
    this.#set({ typing });
    // The word that it has ended may be lost.
    if (typing) this.#forgetTheirTyping = this.#clock.after(TYPING_SHOWN, () => this.#set({ typing: null }));
  }

  /** What is not stored on the server yet must outlive this page: it goes into the draft. */
  #keepDraft(): void {
    const patient = this.#clock.now() - DRAFT_PAUSE;
    const unsent = this.view.unsent
      .filter((one) => one.state === "failed" || one.queued_at <= patient)
      .map((one) => one.frame.body);
    this.#wiring.say({ type: "draft", text: [...unsent, this.view.draft].filter(Boolean).join("\n") });
  }

  #keepDraftLater(): void {
    this.#forgetDraft();
    this.#forgetDraft = this.#clock.after(DRAFT_PAUSE, () => this.#keepDraft());
  }

  // --- Files --------------------------------------------------------------------------------------

  #upload(key: string, file: File): void {
    const isTooLarge = file.size > this.bootstrap.max_upload;
    const one: Upload = { key, file, progress: 0, row: null, error: isTooLarge ? "tooLarge" : null };
    const others = this.view.uploads;
    this.#set({
      uploads: others.some((other) => other.key === key)
        ? others.map((other) => (other.key === key ? one : other))
        : [...others, one],
    });
    if (isTooLarge) return;
    const credentials = { ticket: this.#ticket, token: this.#token };
    const tell = (change: Partial<Upload>) =>
      this.#set({
        uploads: this.view.uploads.map((other) => (other.key === key ? { ...other, ...change } : other)),
      });
    this.#uploads.set(key, upload(this.bootstrap.files, file, credentials, tell));
  }

  #set(change: Partial<View>): void {
    this.view = { ...this.view, ...change };
    for (const listener of this.#listeners) listener();
  }
}
