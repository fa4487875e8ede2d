import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Translate } from "../shared/i18n";
import type { Chat, View } from "./chat";

export interface Surroundings {
  chat: Chat;
  t: Translate;
  language: string;
}

const Context = createContext<Surroundings | null>(null);
export const Provider = Context.Provider;

export function useSurroundings(): Surroundings {
  const surroundings = useContext(Context);
  if (!surroundings) throw new Error("outside of the chat");
  return surroundings;
}

/** What the chat shows now; the component is drawn again with each change. */
export function useView(): View {
  const { chat } = useSurroundings();
  const [view, setView] = useState(chat.view);
  useEffect(() => {
    // A change may have come between drawing and listening.
    setView(chat.view);
    return chat.subscribe(() => setView(chat.view));
  }, [chat]);
  return view;
}
