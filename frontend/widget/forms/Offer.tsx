import type { Translate } from "../../shared/i18n";
import { Icon } from "../../shared/ui/Icon";
import { useSurroundings, useView } from "../context";
import { Boxes } from "./Boxes";

/**
 * The boxes where no form is asked: a line beside the message that whoever likes may open (S42). What
 * is ticked goes along with the first message; who never looks is asked nothing.
 */
export function Offer({ own }: { own: Translate }) {
  const { chat, t } = useSurroundings();
  const { forms, ticked, noticeUrl } = useView();
  const boxes = forms?.consents ?? [];
  const [only] = boxes;
  if (!only) return null;
  const count = boxes.filter(({ purpose }) => ticked.includes(purpose)).length;
  return (
    <details class="offer">
      <summary>
        <Icon name="chevron-right" size="s" />
        <span class="offer__title" dir="auto">
          {boxes.length > 1
            ? own("offer.many", { count: boxes.length })
            : own("offer.one", { title: only.title })}
        </span>
        <span role="status">{count > 0 && own("offer.ticked", { count })}</span>
      </summary>
      <div class="offer__room">
        <Boxes
          legend={own("boxes")}
          boxes={boxes}
          ticked={ticked}
          onTick={(purpose) => chat.tick(purpose)}
          noticeUrl={noticeUrl}
          noticeLabel={t("privacyNotice.link")}
        />
        <p class="boxes__about">{own("offer.when")}</p>
      </div>
    </details>
  );
}
