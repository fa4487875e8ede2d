import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Translate } from "../../shared/i18n";
import { MAX_BODY, type QuestionRow } from "../../shared/wire";
import type { FormPoint } from "../chat";
import { useSurroundings, useView } from "../context";
import { isMail } from "../mail";
import { Boxes } from "./Boxes";

type Value = string | boolean;

const LONGEST = { text: 255, email: 255, tel: 50, textarea: 2_000, date: 10 };
const WORDS: Record<string, string> = {
  name: "offline.name",
  email: "offline.email",
  phone: "offline.number",
};
const FILLS: Record<string, string> = { name: "name", email: "email", phone: "tel" };
const MESSAGE = "message";
const NOTICE = "notice";

/** What was answered, for as long as the page: going back to the message loses nothing. */
const kept = { values: {} as Record<string, Value>, knows: false };

/** What is wrong with an answer, as a key of words; "" if nothing is. */
function wrong(question: QuestionRow, value: Value): string {
  const isEmpty = typeof value === "string" ? value.trim() === "" : !value;
  if (isEmpty) {
    if (!question.is_required) return "";
    return question.kind === "checkbox" ? "tick" : question.kind === "select" ? "choose" : "required";
  }
  return question.kind === "email" && !isMail(String(value).trim()) ? "email" : "";
}

interface FieldProps {
  question: QuestionRow;
  value: Value;
  error: string;
  onChange: (value: Value) => void;
  own: Translate;
}

function Field({ question, value, error, onChange, own }: FieldProps) {
  const { t } = useSurroundings();
  const id = useId();
  const { key, kind, options, is_required } = question;
  const words = WORDS[key];
  const name = question.label || (words ? t(words) : key);
  const shared = {
    id,
    name: key,
    "aria-invalid": error !== "",
    "aria-describedby": error ? `${id}-error` : undefined,
    required: is_required,
  };
  const typed = {
    ...shared,
    class: "foot__input",
    dir: "auto" as const,
    placeholder: question.placeholder,
    value: String(value),
  };
  return (
    <div class={kind === "checkbox" ? "asks__field asks__field--check" : "asks__field"}>
      {kind === "checkbox" && (
        <input
          {...shared}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )}
      <label class="foot__label" for={id} dir="auto">
        {name} {!is_required && <span class="asks__optional">{own("optional")}</span>}
      </label>
      {kind === "select" && (
        <select
          {...shared}
          class="foot__input"
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        >
          <option value="">{question.placeholder || "–"}</option>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      )}
      {kind === "textarea" && (
        <textarea
          {...typed}
          rows={3}
          maxLength={LONGEST.textarea}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {kind !== "select" && kind !== "textarea" && kind !== "checkbox" && (
        <input
          {...typed}
          type={kind}
          autocomplete={FILLS[key] ?? "off"}
          maxLength={LONGEST[kind]}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
      {error && (
        <p class="foot__error" id={`${id}-error`}>
          {error === "email" ? t("offline.emailInvalidAlert") : own(error)}
        </p>
      )}
    </div>
  );
}

interface Props {
  point: FormPoint;
  own: Translate;
}

/** What is asked before the first message goes out. It is written already, or is written here. */
export function Form({ point, own }: Props) {
  const { chat, t } = useSurroundings();
  const { draft, forms, wrongField, uploads, ticked, noticeUrl } = useView();
  const [values, setValues] = useState(kept.values);
  const [knows, setKnows] = useState(kept.knows);
  const [errors, setErrors] = useState<Record<string, string>>(
    wrongField ? { [wrongField]: "required" } : {},
  );
  const [tries, setTries] = useState(wrongField ? 1 : 0);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const isOffline = point === "offline";

  useEffect(() => {
    if (!isOffline) form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
  }, []);

  // The first answer that is not good: the others are seen on the way to it.
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [tries]);

  if (!forms) return null;
  const questions = chat.questions(point) ?? [];
  const answerTo = ({ key, kind }: QuestionRow): Value => values[key] ?? (kind === "checkbox" ? false : "");
  const change = (key: string, value: Value) => {
    kept.values = { ...values, [key]: value };
    setValues(kept.values);
    setErrors({ ...errors, [key]: "" });
  };

  const send = () => {
    const found: Record<string, string> = {};
    for (const question of questions) found[question.key] = wrong(question, answerTo(question));
    if (!draft.trim() && uploads.length === 0) found[MESSAGE] = "required";
    if (forms.requires_acknowledgement && !knows) found[NOTICE] = "tick";
    setErrors(found);
    setTries(tries + 1);
    if (Object.values(found).some(Boolean) || !chat.canSend()) return;
    const given = questions.map((question) => [question.key, answerTo(question)] as const);
    const { version } = forms.notice;
    chat.post({
      form: { point, values: Object.fromEntries(given.filter(([, value]) => value !== "")) },
      ...(forms.requires_acknowledgement ? { notice: { version, how: "ticked" as const } } : {}),
    });
  };

  return (
    <form
      ref={form}
      class="asks"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="asks__scroll">
        {!isOffline && (
          <>
            <div>
              <h2 class="asks__title">{t("login.title")}</h2>
              <p class="asks__about">{t("login.notice")}</p>
            </div>
            <blockquote class="asks__draft" aria-label={t("login.messageLabel")} dir="auto">
              {draft}
            </blockquote>
          </>
        )}
        {isOffline && (
          <div class="asks__field">
            <label class="foot__label" for={id}>
              {t("offline.message")}
            </label>
            <textarea
              id={id}
              class="foot__input"
              rows={3}
              dir="auto"
              maxLength={MAX_BODY}
              value={draft}
              aria-invalid={Boolean(errors[MESSAGE])}
              aria-describedby={errors[MESSAGE] ? `${id}-error` : undefined}
              onInput={(event) => {
                chat.write(event.currentTarget.value);
                setErrors({ ...errors, [MESSAGE]: "" });
              }}
            />
            {errors[MESSAGE] && (
              <p class="foot__error" id={`${id}-error`}>
                {t("offline.messageRequiredAlert")}
              </p>
            )}
          </div>
        )}
        {questions.map((question) => (
          <Field
            key={question.key}
            question={question}
            value={answerTo(question)}
            error={errors[question.key] ?? ""}
            onChange={(value) => change(question.key, value)}
            own={own}
          />
        ))}
        {forms.requires_acknowledgement && (
          <Field
            question={{
              key: NOTICE,
              kind: "checkbox",
              label: own("acknowledge"),
              placeholder: "",
              options: [],
              is_required: true,
            }}
            value={knows}
            error={errors[NOTICE] ?? ""}
            onChange={(value) => {
              kept.knows = value === true;
              setKnows(kept.knows);
              setErrors({ ...errors, [NOTICE]: "" });
            }}
            own={own}
          />
        )}
        {forms.consents.length > 0 && (
          <Boxes
            legend={own("boxes")}
            boxes={forms.consents}
            ticked={ticked}
            onTick={(purpose) => chat.tick(purpose)}
            noticeUrl={noticeUrl}
            noticeLabel={t("privacyNotice.link")}
          />
        )}
      </div>
      <div class="asks__buttons">
        <button type="submit" class="button button--primary">
          {t(isOffline ? "offline.submit" : "login.submit")}
        </button>
        {!isOffline && (
          <button type="button" class="button" onClick={() => chat.stopAsking()}>
            {own("back")}
          </button>
        )}
      </div>
    </form>
  );
}
