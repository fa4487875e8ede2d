import { useState } from "preact/hooks";
import { Boxes } from "../forms/Boxes";
import { ask, type ConsentRow, codeOf, type Decisions } from "./ownData";
import { useDrawer } from "./surroundings";

interface ConsentProps {
  consent: ConsentRow;
  isBusy: boolean;
  onWithdraw: () => void;
}

function Consent({ consent, isBusy, onWithdraw }: ConsentProps) {
  const { t, day, time, show } = useDrawer();
  const isGiven = consent.state === "given";
  return (
    <li class="drawer__consent">
      <p class="drawer__consent-title" dir="auto">
        {consent.title}
      </p>
      {isGiven && (
        <p class="drawer__words" dir="auto">
          {consent.text}
        </p>
      )}
      <p class="drawer__why" role="status">
        {t(`consents.${consent.state}`, { date: day(consent.at) })}{" "}
        {isGiven && consent.until && t("consents.until", { date: day(consent.until) })}
      </p>
      {isGiven && (
        <button
          type="button"
          class="button button--s"
          aria-busy={isBusy}
          disabled={isBusy}
          onClick={onWithdraw}
        >
          {t("consents.withdraw")}
          <span class="visually-hidden">: {consent.title}</span>
        </button>
      )}
      <details class="drawer__proofs">
        <summary>{t("consents.proofs")}</summary>
        <ul>
          {consent.events.map((event) => (
            <li key={event.id}>
              <button type="button" class="link-button" onClick={() => show(event.id)}>
                {t(`proof.${event.state}`)}, {time(event.at)}
              </button>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/**
 * What the visitor agreed to, and the boxes of what they may agree to. A tick counts at once, as
 * taking it back does; before anything is stored of them it waits for their first message.
 */
export function Consents() {
  const { chat, t, say, data, change } = useDrawer();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const [waiting, setWaiting] = useState(chat.view.ticked);

  const decide = async (what: string, body: object) => {
    setIsBusy(true);
    setProblem("");
    try {
      const { said } = await ask<Decisions>(chat, `consents/${what}`, body);
      change(said);
      chat.offer(said.boxes);
    } catch (error) {
      const code = codeOf(error);
      setProblem(code === "changed" ? t("consents.again") : say(`refusal.${code}`));
      // Its words are others by now: they are shown before anybody agrees to them.
      if (code === "changed") {
        const { said } = await ask<Decisions>(chat, "data");
        change(said);
        chat.offer(said.boxes);
      }
    }
    setIsBusy(false);
  };

  const tick = (purpose: string) => {
    const box = data.boxes.find((one) => one.purpose === purpose);
    if (data.is_stored && box) {
      void decide(`${purpose}/give`, { version: box.version });
      return;
    }
    chat.tick(purpose);
    setWaiting(chat.view.ticked);
  };

  const hasDecided = data.consents.length > 0;
  const isOffered = data.boxes.length > 0;
  if (!hasDecided && !isOffered) return null;
  return (
    <section class="drawer__consents">
      <h3 class="drawer__heading">{t(hasDecided ? "consents.title" : "consents.offer")}</h3>
      {hasDecided && (
        <ul class="drawer__list">
          {data.consents.map((consent) => (
            <Consent
              key={consent.id}
              consent={consent}
              isBusy={isBusy}
              onWithdraw={() => void decide(`${consent.id}/withdraw`, {})}
            />
          ))}
        </ul>
      )}
      {isOffered && (
        <Boxes
          legend={hasDecided ? t("consents.may") : t("consents.free")}
          boxes={data.boxes}
          ticked={data.is_stored ? [] : waiting}
          onTick={tick}
          noticeUrl={chat.view.noticeUrl}
          noticeLabel={say("privacyNotice.link")}
          isBusy={isBusy}
        />
      )}
      <p class="drawer__why" role="status">
        {problem || (isOffered && !data.is_stored && t("consents.when"))}
      </p>
    </section>
  );
}
