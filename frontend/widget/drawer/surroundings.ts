import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Translate } from "../../shared/i18n";
import type { Chat } from "../chat";
import type { OwnData } from "./ownData";

export type Page = "overview" | "correct" | "ask" | "erase" | "receipt" | "proof";

/** What every page of the drawer needs. `t` has the drawer's own words, `say` those of the chat. */
export interface DrawerSurroundings {
  chat: Pick<Chat, "bootstrap" | "request" | "forget" | "view" | "tick" | "offer">;
  t: Translate;
  say: Translate;
  day: (iso: string) => string;
  time: (iso: string) => string;
  language: string;
  data: OwnData;
  change: (change: Partial<OwnData>) => void;
  go: (page: Page) => void;
  /** Go to the receipt of this record. */
  show: (record: string) => void;
}

const Context = createContext<DrawerSurroundings | null>(null);
export const Provider = Context.Provider;

export function useDrawer(): DrawerSurroundings {
  const surroundings = useContext(Context);
  if (!surroundings) throw new Error("outside of the drawer");
  return surroundings;
}
