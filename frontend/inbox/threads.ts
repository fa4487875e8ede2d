import { loadEarlier, loadThread, type Thread } from "../shared/inboxState";
import { type Api, ApiError } from "./api";
import type { DeskState, Selection } from "./deskState";
import type { Store } from "./store";

interface Wiring {
  store: Store<DeskState>;
  api: Api;
  /** Another conversation, or none, is open from now on. */
  onSelect: (before: string | null) => void;
  /** Something could not be loaded. */
  onProblem: (problem: unknown) => void;
}

/** Which conversation is open, and its messages. */
export class Threads {
  readonly #loading = new Set<string>();

  constructor(private readonly wiring: Wiring) {}

  get #state(): DeskState {
    return this.wiring.store.value;
  }

  /** Opens a conversation, or none. */
  select(id: string | null): void {
    const before = this.#state.selection?.id ?? null;
    if (before === id) return;
    if (id === null) {
      this.wiring.store.set({ selection: null });
      this.wiring.onSelect(before);
      return;
    }
    const row = this.#state.inbox.conversations[id];
    const thread = this.#state.inbox.threads[id];
    const isReady = thread !== undefined && !thread.is_stale;
    this.wiring.store.set({
      selection: {
        id,
        seenSeq: row && row.unread > 0 ? row.seen.agents : null,
        state: isReady ? "ready" : "loading",
        isLoadingEarlier: false,
      },
    });
    this.wiring.onSelect(before);
    if (!isReady || hasExpired(thread)) void this.load(id);
  }

  retry(): void {
    const { selection } = this.#state;
    if (!selection) return;
    this.#patch(selection.id, { state: "loading" });
    void this.load(selection.id);
  }

  /** Loads the open thread again if messages are known to be missing from it. */
  mend(): void {
    const { selection, inbox } = this.#state;
    if (selection?.state === "ready" && inbox.threads[selection.id]?.is_stale) void this.load(selection.id);
  }

  async load(id: string): Promise<void> {
    if (this.#loading.has(id)) return;
    this.#loading.add(id);
    let isLoaded = false;
    try {
      const load = await this.wiring.api.conversation(id);
      this.wiring.store.set({ inbox: loadThread(this.#state.inbox, load) });
      const isFirst = this.#state.selection?.state === "loading";
      const seenSeq = load.conversation.unread > 0 ? load.conversation.seen.agents : null;
      this.#patch(id, isFirst ? { state: "ready", seenSeq } : { state: "ready" });
      isLoaded = true;
    } catch (problem) {
      this.wiring.onProblem(problem);
      const status = problem instanceof ApiError ? problem.status : 0;
      const state = status === 404 ? "missing" : status === 403 ? "restricted" : "failed";
      if (!this.#state.inbox.threads[id]) this.#patch(id, { state });
    } finally {
      this.#loading.delete(id);
    }
    // Something may have come that the answer did not yet hold.
    if (isLoaded) this.mend();
  }

  /** Throws what went wrong, for the caller to tell. */
  async loadEarlier(): Promise<void> {
    const { selection, inbox } = this.#state;
    const thread = selection ? inbox.threads[selection.id] : undefined;
    const first = thread?.messages[0];
    if (!selection || selection.isLoadingEarlier || !thread?.has_earlier || !first) return;
    this.#patch(selection.id, { isLoadingEarlier: true });
    try {
      const { messages, has_earlier } = await this.wiring.api.earlier(selection.id, first.seq);
      this.wiring.store.set({
        inbox: loadEarlier(this.#state.inbox, selection.id, messages, has_earlier),
      });
    } finally {
      this.#patch(selection.id, { isLoadingEarlier: false });
    }
  }

  /** The line above what was unread has done its work. */
  forgetUnread(): void {
    const { selection } = this.#state;
    if (selection) this.#patch(selection.id, { seenSeq: null });
  }

  #patch(id: string, change: Partial<Selection>): void {
    const { selection } = this.#state;
    if (selection?.id === id) this.wiring.store.set({ selection: { ...selection, ...change } });
  }
}

/** Addresses of files end after a day: a page that stayed open asks for new ones. */
function hasExpired(thread: Thread): boolean {
  const now = Date.now();
  return thread.messages.some((message) =>
    message.attachments.some((attachment) => new Date(attachment.expires_at).getTime() < now),
  );
}
