import { useId, useState } from "preact/hooks";
import { isMail } from "../mail";
import { ask, codeOf, type Details } from "./ownData";
import { useDrawer } from "./surroundings";

const FIELDS = [
  { name: "name", type: "text", autocomplete: "name", longest: 255 },
  { name: "email", type: "email", autocomplete: "email", longest: 255 },
  { name: "phone", type: "tel", autocomplete: "tel", longest: 50 },
] as const;

/** Puts right what the visitor said of themselves (Art. 16 GDPR). An empty field is forgotten. */
export function Correct() {
  const { chat, t, say, data, change, go } = useDrawer();
  const [said, setSaid] = useState<Details>(data.details);
  const [state, setState] = useState<"" | "busy" | "saved" | "wrong" | string>("");
  const id = useId();
  const isWrong = state === "wrong";

  const save = async () => {
    const email = said.email.trim();
    if (email && !isMail(email)) return setState("wrong");
    setState("busy");
    try {
      const { said: details } = await ask<Details>(chat, "details", said);
      setSaid(details);
      change({ details });
      change((await ask<Partial<typeof data>>(chat, "data")).said);
      setState("saved");
    } catch (error) {
      setState(codeOf(error));
    }
  };

  return (
    <form
      class="drawer__form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <p>{t("correct.text")}</p>
      {FIELDS.map((field) => (
        <div key={field.name}>
          <label class="foot__label" for={`${id}-${field.name}`}>
            {t(`correct.${field.name}`)}
          </label>
          <input
            id={`${id}-${field.name}`}
            class="foot__input"
            type={field.type}
            autocomplete={field.autocomplete}
            maxLength={field.longest}
            dir="auto"
            value={said[field.name]}
            aria-invalid={isWrong && field.name === "email"}
            aria-describedby={isWrong && field.name === "email" ? `${id}-error` : undefined}
            onInput={(event) => {
              setSaid({ ...said, [field.name]: event.currentTarget.value });
              setState("");
            }}
          />
          {isWrong && field.name === "email" && (
            <p class="foot__error" id={`${id}-error`} role="alert">
              {say("offline.emailInvalidAlert")}
            </p>
          )}
        </div>
      ))}
      <p role="status" class={state === "saved" ? "drawer__saved" : "foot__error"}>
        {state === "saved" && t("correct.saved")}
        {state && !["busy", "saved", "wrong"].includes(state) && say(`refusal.${state}`)}
      </p>
      <div class="dialog__buttons">
        <button type="submit" class="button button--primary" aria-busy={state === "busy"}>
          {t("correct.save")}
        </button>
        <button type="button" class="button" onClick={() => go("overview")}>
          {t("back")}
        </button>
      </div>
    </form>
  );
}
