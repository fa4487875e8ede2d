import { useEffect, useState } from "preact/hooks";
import { ask, codeOf, type ProofRow } from "./ownData";
import { useDrawer } from "./surroundings";

/** The receipt of one decision on a purpose: to read, and as files to keep (R4). */
export function Proof({ id }: { id: string }) {
  const { chat, t, say, time, day, data, go } = useDrawer();
  const [proof, setProof] = useState<ProofRow | null>(null);
  const [problem, setProblem] = useState("");

  const look = async () => {
    setProblem("");
    try {
      setProof((await ask<ProofRow>(chat, `consents/receipts/${id}`)).said);
    } catch (error) {
      setProblem(codeOf(error));
    }
  };
  useEffect(() => void look(), [id]);

  if (!proof) {
    return (
      <div class="drawer__wait" role="status">
        <p>{problem ? say(`refusal.${problem}`) : t("loading")}</p>
        {problem && (
          <button type="button" class="button" onClick={() => void look()}>
            {say("state.retry")}
          </button>
        )}
      </div>
    );
  }
  const file = (content: object) =>
    `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(content, null, 2))}`;
  const name = `consent-${proof.id.slice(-12)}`;
  return (
    <>
      <section class="drawer__receipt">
        <dl class="drawer__facts">
          <div>
            <dt>{t("proof.purpose")}</dt>
            <dd dir="auto">{proof.title}</dd>
          </div>
          <div>
            <dt>{t("proof.what")}</dt>
            <dd>{t(`proof.${proof.state}`)}</dd>
          </div>
          <div>
            <dt>{t("proof.at")}</dt>
            <dd>{time(proof.at)}</dd>
          </div>
          {proof.until && (
            <div>
              <dt>{t("proof.until")}</dt>
              <dd>{day(proof.until)}</dd>
            </div>
          )}
          <div>
            <dt>{t("proof.who")}</dt>
            <dd dir="auto">{data.controller.name}</dd>
          </div>
          <div>
            <dt>{t("proof.read")}</dt>
            <dd dir="auto">{proof.text}</dd>
          </div>
          <div>
            <dt>{t("proof.words")}</dt>
            <dd class="mono drawer__digest">{proof.words_sha256}</dd>
          </div>
          <div>
            <dt>{t("proof.number")}</dt>
            <dd>{proof.entry ?? t("proof.pending")}</dd>
          </div>
          {proof.sha256 && (
            <div>
              <dt>{t("proof.digest")}</dt>
              <dd class="mono drawer__digest">{proof.sha256}</dd>
            </div>
          )}
        </dl>
      </section>
      <p class="drawer__why">{t(proof.receipt ? "proof.about" : "proof.missing")}</p>
      <div class="dialog__buttons">
        {proof.receipt && (
          <a class="button button--primary" href={file(proof.receipt)} download={`${name}.json`}>
            {t("proof.file")}
          </a>
        )}
        {proof.kantara && (
          <a class="button" href={file(proof.kantara)} download={`${name}-kantara.json`}>
            {t("proof.kantara")}
          </a>
        )}
        <button type="button" class="button" onClick={() => go("overview")}>
          {t("back")}
        </button>
      </div>
    </>
  );
}
