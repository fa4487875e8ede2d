import type { View } from "../shared/inboxState";
import type { AttachmentRow, ConversationRow, Counts, MessageRow } from "../shared/wire";
import type { Bootstrap } from "./bootstrap";

export interface ListPage {
  conversations: ConversationRow[];
  next: string | null;
  counts: Counts;
}

export interface ConversationLoad {
  conversation: ConversationRow;
  messages: MessageRow[];
  has_earlier: boolean;
  rev: number;
}

export interface Earlier {
  messages: MessageRow[];
  has_earlier: boolean;
}

/** The server's answer was not what was asked for. `status` 0: there was none. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string | null,
  ) {
    super(`${status} ${code ?? ""}`);
  }
}

export interface Preferences {
  wants_sound?: boolean;
  is_available?: boolean;
}

/** A transfer under way. `abort` ends it; the promise then never settles. */
export interface Transfer {
  done: Promise<AttachmentRow>;
  abort: () => void;
}

/** What is asked for over HTTP: pages of lists and threads, files, preferences. */
export class Api {
  readonly #urls: Bootstrap["urls"];
  readonly #csrf: string;

  constructor({ urls, csrf }: Pick<Bootstrap, "urls" | "csrf">) {
    this.#urls = urls;
    this.#csrf = csrf;
  }

  list(view: View, query: string, after: string | null): Promise<ListPage> {
    const parameters = new URLSearchParams({ view });
    if (query) parameters.set("q", query);
    if (after) parameters.set("after", after);
    return this.#get(`${this.#urls.conversations}?${parameters}`);
  }

  conversation(id: string): Promise<ConversationLoad> {
    return this.#get(`${this.#urls.conversations}${id}/`);
  }

  earlier(id: string, before: number): Promise<Earlier> {
    return this.#get(`${this.#urls.conversations}${id}/messages/?before=${before}`);
  }

  async prefer(preferences: Preferences): Promise<void> {
    await this.#fetch(this.#urls.preferences, {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrftoken": this.#csrf },
      body: JSON.stringify(preferences),
    });
  }

  /** `fetch` cannot tell how far an upload has come. `onProgress` gets 0 to 1. */
  upload(file: File, onProgress: (progress: number) => void): Transfer {
    const request = new XMLHttpRequest();
    const done = new Promise<AttachmentRow>((resolve, reject) => {
      request.upload.onprogress = ({ lengthComputable, loaded, total }) => {
        if (lengthComputable && total > 0) onProgress(loaded / total);
      };
      request.onerror = () => reject(new ApiError(0, null));
      request.onload = () => {
        const answer = parse(request.responseText);
        if (request.status === 201) resolve(answer as AttachmentRow);
        else reject(new ApiError(request.status, codeIn(answer)));
      };
    });
    const form = new FormData();
    form.append("file", file);
    request.open("POST", this.#urls.files);
    request.setRequestHeader("x-csrftoken", this.#csrf);
    request.setRequestHeader("accept", "application/json");
    request.send(form);
    return { done, abort: () => request.abort() };
  }

  async #get<Answer>(url: string): Promise<Answer> {
    return (await (await this.#fetch(url, {})).json()) as Answer;
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, {
        ...init,
        credentials: "same-origin",
        headers: { accept: "application/json", ...init.headers },
      });
    } catch {
      throw new ApiError(0, null);
    }
    // A session that has ended is answered with the log-in page.
    if (!response.ok || response.redirected) {
      throw new ApiError(
        response.redirected ? 401 : response.status,
        codeIn(await response.json().catch(() => null)),
      );
    }
    return response;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function codeIn(answer: unknown): string | null {
  const code = (answer as { error?: unknown } | null)?.error;
  return typeof code === "string" ? code : null;
}
