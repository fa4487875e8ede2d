import { loadFound, loadPage, type View } from "../shared/inboxState";
import type { ConversationRow } from "../shared/wire";
import type { Api } from "./api";
import type { DeskState, Found, Search } from "./deskState";
import type { Store } from "./store";
import type { Timers } from "./timers";

interface Wiring {
  store: Store<DeskState>;
  api: Api;
  timers: Timers;
  /** Something could not be loaded. */
  onProblem: (problem: unknown) => void;
}

const SEARCH_AFTER = 250;
const NOTHING: Found = { ids: [], next: null };
const VIEW_OF = { open: "all", closed: "closed" } as const;

/** The server finds conversations of both kinds, whatever the view. */
function idsOf(which: "open" | "closed", rows: readonly ConversationRow[]): string[] {
  return rows.filter((row) => (row.state === "closed") === (which === "closed")).map(({ id }) => id);
}

/** Views and search results, loaded page by page. */
export class Lists {
  constructor(private readonly wiring: Wiring) {}

  get #state(): DeskState {
    return this.wiring.store.value;
  }

  show(view: View): void {
    this.wiring.store.set({ view, search: null });
    if (!this.#state.inbox.views[view]) void this.loadMore(view);
  }

  /** The first page of a view, or the one after what is there. */
  async loadMore(view: View): Promise<void> {
    const extent = this.#state.inbox.views[view];
    if (this.#state.loading[view] || extent?.next === null) return;
    this.#flag("loading", view, true);
    this.#flag("failed", view, false);
    try {
      const page = await this.wiring.api.list(view, "", extent?.next ?? null);
      // A restart in between has emptied the view: this page would not begin at its start.
      if (this.#state.inbox.views[view] !== extent) return;
      const inbox = loadPage(this.#state.inbox, view, page.conversations, page.next);
      this.wiring.store.set({ inbox: { ...inbox, counts: page.counts } });
    } catch (problem) {
      this.wiring.onProblem(problem);
      this.#flag("failed", view, true);
    } finally {
      this.#flag("loading", view, false);
    }
  }

  #flag(which: "loading" | "failed", view: View, is: boolean): void {
    this.wiring.store.set({ [which]: { ...this.#state[which], [view]: is } });
  }

  /** Searches names and words once somebody has stopped typing. An empty query ends the search. */
  search(query: string): void {
    const { store, timers } = this.wiring;
    timers.cancel("search");
    if (!query.trim()) {
      store.set({ search: null });
      return;
    }
    const before = this.#state.search;
    store.set({
      search: {
        query,
        open: before?.open ?? NOTHING,
        closed: before?.closed ?? NOTHING,
        state: "loading",
      },
    });
    timers.later("search", SEARCH_AFTER, () => void this.#find(query));
  }

  async #find(query: string): Promise<void> {
    const { store, api } = this.wiring;
    try {
      const [open, closed] = await Promise.all([
        api.list(VIEW_OF.open, query.trim(), null),
        api.list(VIEW_OF.closed, query.trim(), null),
      ]);
      if (this.#state.search?.query !== query) return;
      store.set({
        inbox: loadFound(this.#state.inbox, [...open.conversations, ...closed.conversations]),
        search: {
          query,
          open: { ids: idsOf("open", open.conversations), next: open.next },
          closed: { ids: idsOf("closed", closed.conversations), next: closed.next },
          state: "done",
        },
      });
    } catch (problem) {
      this.wiring.onProblem(problem);
      if (this.#state.search?.query === query) this.#mark("failed");
    }
  }

  async findMore(which: "open" | "closed"): Promise<void> {
    const { search } = this.#state;
    const after = search?.[which].next;
    if (!search || !after || search.state !== "done") return;
    this.#mark("loading");
    try {
      const page = await this.wiring.api.list(VIEW_OF[which], search.query.trim(), after);
      if (this.#state.search?.query !== search.query) return;
      const ids = new Set([...search[which].ids, ...idsOf(which, page.conversations)]);
      this.wiring.store.set({
        inbox: loadFound(this.#state.inbox, page.conversations),
        search: { ...search, [which]: { ids: [...ids], next: page.next }, state: "done" },
      });
    } catch (problem) {
      this.wiring.onProblem(problem);
      this.#mark("failed");
    }
  }

  #mark(state: Search["state"]): void {
    const { search } = this.#state;
    if (search) this.wiring.store.set({ search: { ...search, state } });
  }
}
