import type { BoxRow } from "../../shared/wire";

/** What the server tells visitors of their own data (`chat/own_data.py`). Times are in ISO 8601. */
export interface FactRow {
  label: string;
  value: string;
  is_time: boolean;
}

export interface GroupRow {
  title: string;
  purpose: string;
  kept: string;
  until: string | null;
  count: number;
  rows: readonly (readonly FactRow[])[];
}

export interface ReaderRow {
  name: string;
  day: string;
}

export interface CopyRow {
  id: string;
  state: "building" | "ready" | "failed";
  size: number;
  address: string | null;
}

export type ConsentState = "given" | "refused" | "withdrawn" | "expired" | "invalidated" | "terminated";

export interface ConsentRow {
  id: string;
  title: string;
  text: string;
  state: ConsentState;
  at: string;
  until: string | null;
  events: readonly { id: string; state: ConsentState; at: string }[];
}

/** What was decided, and the boxes that are left. */
export interface Decisions {
  consents: readonly ConsentRow[];
  boxes: readonly BoxRow[];
}

/** One record of the register, to look at and as files; these are null while they cannot be made. */
export interface ProofRow {
  id: string;
  title: string;
  text: string;
  state: ConsentState;
  at: string;
  until: string | null;
  entry: number | null;
  sha256: string;
  words_sha256: string;
  receipt: object | null;
  kantara: object | null;
}

export interface Details {
  name: string;
  email: string;
  phone: string;
}

export interface OwnData extends Decisions {
  controller: { name: string; address: string; country: string; email: string; officer: string };
  is_stored: boolean;
  is_held: boolean;
  restricted_at: string | null;
  is_unlimited: boolean;
  until: string | null;
  details: Details;
  groups: readonly GroupRow[];
  readers: readonly ReaderRow[];
  visit: readonly FactRow[];
  visit_minutes: number;
  copies: readonly CopyRow[];
  /** The page on which somebody asks who wrote from another device. */
  elsewhere: string;
}

export interface Receipt {
  receipt: string;
  id: string;
  controller: string;
  erased_at: string;
  finished_at: string;
  erased: readonly { what: string; number: number }[];
  entry: number;
  sha256: string;
}

/** Why something was refused: a code of the server's, or `offline` when nothing came back. */
export class Refused extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** What the drawer asks with: the chat, as far as it is needed here. */
export interface Asking {
  bootstrap: { privacy: string; language: string };
  request: (address: string, body?: object) => Promise<Response>;
}

/** The answer as JSON, with its status. Rejects with `Refused`. */
export async function ask<T>(
  chat: Asking,
  what: string,
  body?: object,
): Promise<{ status: number; said: T }> {
  let response: Response;
  try {
    response = await chat.request(`${chat.bootstrap.privacy}${what}?lang=${chat.bootstrap.language}`, body);
  } catch {
    throw new Refused("offline");
  }
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused((said as { error?: string }).error ?? "unavailable");
  return { status: response.status, said: said as T };
}

export function codeOf(error: unknown): string {
  return error instanceof Refused ? error.code : "unavailable";
}
