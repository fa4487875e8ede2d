import { useId, useState } from "preact/hooks";
import { isMail } from "../mail";
import { ask, codeOf } from "./ownData";
import { useDrawer } from "./surroundings";

const KINDS = ["restriction", "objection", "portability", "rectification", "erasure"];
const LONGEST = 4_000;

/** Asks people for what cannot be done here; they answer within a month (Art. 12(3) GDPR). */
export function AskPeople() {
  const { chat, t, say, day, data, go } = useDrawer();
  const [kind, setKind] = useState(data.is_held ? "erasure" : "restriction");
  const [words, setWords] = useState("");
  const [email, setEmail] = useState(data.details.email);
  const [isWrong, setIsWrong] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [due, setDue] = useState("");
  const id = useId();

  const send = async () => {
    const isGood = isMail(email.trim());
    setIsWrong(!isGood);
    setProblem("");
    if (!isGood) return;
    setIsBusy(true);
    try {
      setDue((await ask<{ due_on: string }>(chat, "requests", { kind, words, email })).said.due_on);
    } catch (error) {
      setProblem(codeOf(error));
    }
    setIsBusy(false);
  };

  if (due) {
    return (
      <>
        <p class="drawer__done" role="status">
          {t("ask.sent", { date: day(`${due}T12:00`) })}
        </p>
        <button type="button" class="button" onClick={() => go("overview")}>
          {t("back")}
        </button>
      </>
    );
  }
  return (
    <form
      class="drawer__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p>{t("ask.text", { name: data.controller.name })}</p>
      <div>
        <label class="foot__label" for={`${id}-kind`}>
          {t("ask.kind")}
        </label>
        <select
          id={`${id}-kind`}
          class="foot__input"
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        >
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {t(`ask.${one}`)}
            </option>
          ))}
        </select>
      </div>
      <div>
        <label class="foot__label" for={`${id}-words`}>
          {t("ask.words")}
        </label>
        <textarea
          id={`${id}-words`}
          class="foot__input"
          rows={4}
          dir="auto"
          maxLength={LONGEST}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </div>
      <div>
        <label class="foot__label" for={`${id}-email`}>
          {say("offline.email")}
        </label>
        <input
          id={`${id}-email`}
          class="foot__input"
          type="email"
          autocomplete="email"
          maxLength={255}
          value={email}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? `${id}-error` : undefined}
          onInput={(event) => {
            setEmail(event.currentTarget.value);
            setIsWrong(false);
          }}
        />
        {isWrong && (
          <p class="foot__error" id={`${id}-error`} role="alert">
            {say("offline.emailInvalidAlert")}
          </p>
        )}
      </div>
      {problem && (
        <p class="foot__error" role="alert">
          {say(`refusal.${problem}`)}
        </p>
      )}
      <button type="submit" class="button button--primary" aria-busy={isBusy} disabled={isBusy}>
        {t("ask.send")}
      </button>
    </form>
  );
}
