import { Provider, type Surroundings } from "../context";
import { EndDialog, TranscriptDialog } from "./dialogs";

export type Question = "end" | "transcript";

export interface Props {
  question: Question;
  onAsk: (question: Question | null) => void;
}

/** What is asked before a conversation ends or is mailed. Few visitors see it, so it comes when it is opened. */
export async function load(surroundings: Surroundings) {
  return ({ question, onAsk }: Props) => (
    <Provider value={surroundings}>
      {question === "end" ? (
        <EndDialog onClose={() => onAsk(null)} onTranscript={() => onAsk("transcript")} />
      ) : (
        <TranscriptDialog onClose={() => onAsk(null)} />
      )}
    </Provider>
  );
}
