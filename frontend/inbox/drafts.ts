import { uuid } from "../shared/ids";
import type { UploadItem } from "../shared/ui/Composer";
import type { AttachmentRow } from "../shared/wire";
import { type Api, ApiError, type Transfer } from "./api";

/** As many files as one message may carry. */
export const MAX_FILES = 5;

export interface Upload extends UploadItem {
  /** Null: it came back with a message that could not be sent. */
  file: File | null;
  row: AttachmentRow | null;
}

/** What is being written to one conversation. */
export interface Draft {
  body: string;
  uploads: readonly Upload[];
}

export type Drafts = Readonly<Record<string, Draft>>;

export const BLANK: Draft = { body: "", uploads: [] };

export interface DraftsWiring {
  api: Pick<Api, "upload">;
  maxUpload: number;
  read: () => Drafts;
  write: (drafts: Drafts) => void;
  /** Words for a failure: `too_large`, `too_many_files`, `offline`, or the server's code. */
  explain: (code: string) => string;
}

/** Drafts by conversation, with files that upload while somebody still writes. */
export class DraftBox {
  readonly #transfers = new Map<string, Transfer>();

  constructor(private readonly wiring: DraftsWiring) {}

  of(conversation: string): Draft {
    return this.wiring.read()[conversation] ?? BLANK;
  }

  write(conversation: string, body: string): void {
    this.#set(conversation, { ...this.of(conversation), body });
  }

  /** The draft is on its way: the field is free. */
  clear(conversation: string): void {
    const { [conversation]: _, ...others } = this.wiring.read();
    this.wiring.write(others);
  }

  /** Takes the files in; what cannot be sent says why at once and stays to be removed. */
  attach(conversation: string, files: readonly File[]): void {
    const before = this.of(conversation).uploads.length;
    files.forEach((file, index) => {
      const key = uuid();
      const isOver = before + index >= MAX_FILES;
      const error = isOver ? "too_many_files" : file.size > this.wiring.maxUpload ? "too_large" : null;
      const upload: Upload = {
        key,
        name: file.name,
        progress: 0,
        isDone: false,
        isFinal: error !== null,
        error: error && this.wiring.explain(error),
        file,
        row: null,
      };
      const draft = this.of(conversation);
      this.#set(conversation, { ...draft, uploads: [...draft.uploads, upload] });
      if (!error) this.#start(conversation, key, file);
    });
  }

  retry(conversation: string, key: string): void {
    const upload = this.of(conversation).uploads.find((one) => one.key === key);
    if (!upload?.file || !upload.error || upload.isFinal) return;
    this.#patch(conversation, key, { error: null, progress: 0 });
    this.#start(conversation, key, upload.file);
  }

  /** Puts files that have arrived before back under the draft. */
  restore(conversation: string, rows: readonly AttachmentRow[]): void {
    const uploads = rows.map((row) => ({
      key: uuid(),
      name: row.name,
      progress: 1,
      isDone: true,
      isFinal: true,
      error: null,
      file: null,
      row,
    }));
    const draft = this.of(conversation);
    this.#set(conversation, { ...draft, uploads: [...draft.uploads, ...uploads] });
  }

  remove(conversation: string, key: string): void {
    this.#transfers.get(key)?.abort();
    this.#transfers.delete(key);
    const draft = this.of(conversation);
    this.#set(conversation, { ...draft, uploads: draft.uploads.filter((one) => one.key !== key) });
  }

  #start(conversation: string, key: string, file: File): void {
    const transfer = this.wiring.api.upload(file, (progress) => this.#patch(conversation, key, { progress }));
    this.#transfers.set(key, transfer);
    transfer.done
      .then((row) => this.#patch(conversation, key, { row, isDone: true, progress: 1 }))
      .catch((problem: unknown) => {
        const answer = problem instanceof ApiError ? problem : new ApiError(0, null);
        const code =
          answer.status === 413 ? "too_large" : (answer.code ?? (answer.status ? "failed" : "offline"));
        this.#patch(conversation, key, { error: this.wiring.explain(code) });
      })
      .finally(() => this.#transfers.delete(key));
  }

  #patch(conversation: string, key: string, change: Partial<Upload>): void {
    const draft = this.of(conversation);
    if (!draft.uploads.some((one) => one.key === key)) return;
    this.#set(conversation, {
      ...draft,
      uploads: draft.uploads.map((one) => (one.key === key ? { ...one, ...change } : one)),
    });
  }

  #set(conversation: string, draft: Draft): void {
    this.wiring.write({ ...this.wiring.read(), [conversation]: draft });
  }
}

/** Something to say, and no file still on its way or stuck. */
export function canSend({ body, uploads }: Draft): boolean {
  const hasWords = body.trim() !== "";
  return (hasWords || uploads.length > 0) && uploads.every((upload) => upload.row !== null);
}
