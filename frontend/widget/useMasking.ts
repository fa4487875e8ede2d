import { useEffect, useState } from "preact/hooks";
import { useSurroundings } from "./context";

type Hides = (text: string) => boolean;

const FEWEST = 8;

/** Whether the server will hide a number in what is written (S25). Whoever writes none loads nothing. */
export function useMasking(draft: string): boolean {
  const { chat } = useSurroundings();
  const [hides, setHides] = useState<Hides | null>(null);
  const mayHide = (draft.match(/\p{Nd}/gu)?.length ?? 0) >= FEWEST;
  useEffect(() => {
    if (!mayHide || hides) return;
    import(chat.bootstrap.masking).then(
      (script: { hides: Hides }) => setHides(() => script.hides),
      // Without it the number is hidden all the same, and the stored message says so.
      () => {},
    );
  }, [mayHide]);
  return mayHide && (hides?.(draft) ?? false);
}
