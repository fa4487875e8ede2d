import { useState } from "preact/hooks";
import { useDesk, useDeskState } from "./context";
import { Dialog } from "./Dialog";
import type { End } from "./deskState";

/** The page cannot go on by itself. What has been typed stays readable until it is loaded again. */
export function Ended() {
  const { end } = useDeskState();
  return end && <Notice key={end} end={end} />;
}

function Notice({ end }: { end: End }) {
  const { t } = useDesk();
  const [isPutAside, putAside] = useState(false);
  if (isPutAside) {
    return (
      <div class="connection" role="status">
        <p class="connection__text">
          {t(`ended.${end}.title`)}
          <button type="button" class="link-button" onClick={() => location.reload()}>
            {t(`ended.${end}.action`)}
          </button>
        </p>
      </div>
    );
  }
  return (
    <Dialog title={t(`ended.${end}.title`)} onClose={() => putAside(true)}>
      <p class="dialog__body">{t(`ended.${end}.text`)}</p>
      <div class="dialog__footer">
        <button type="button" class="button" onClick={() => putAside(true)}>
          {t("ended.later")}
        </button>
        <button type="button" class="button button--primary" onClick={() => location.reload()}>
          {t(`ended.${end}.action`)}
        </button>
      </div>
    </Dialog>
  );
}
