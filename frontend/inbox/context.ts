import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type { Desk } from "./desk";
import type { DeskState } from "./deskState";
import { useStore } from "./store";

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("There is no desk around this component.");
  return desk;
}

export function useDeskState(): DeskState {
  return useStore(useDesk().store);
}

const TICK = 20_000;

/** The time, told again often enough for minutes to be right. */
export function useNow(): number {
  const [now, tell] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tell(Date.now()), TICK);
    return () => clearInterval(timer);
  }, []);
  return now;
}
