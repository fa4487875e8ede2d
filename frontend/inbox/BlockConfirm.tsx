import { useId, useState } from "preact/hooks";
import type { ConversationRow } from "../shared/wire";
import { Confirm } from "./Confirm";
import { useDesk } from "./context";

interface Props {
  row: ConversationRow;
  onClose: () => void;
}

export function BlockConfirm({ row, onClose }: Props) {
  const desk = useDesk();
  const { t } = desk;
  const address = row.visitor.ip_address;
  const [withAddress, setWithAddress] = useState(false);
  const field = useId();
  return (
    <Confirm
      title={t("block.title", { name: desk.visitorName(row) })}
      text={t("block.text")}
      yes={t("block.yes")}
      isDangerous
      onYes={() => void desk.block(row.id, true, withAddress)}
      onClose={onClose}
    >
      {address && (
        <div class="field field--check">
          <input
            id={field}
            type="checkbox"
            checked={withAddress}
            onChange={(event) => setWithAddress(event.currentTarget.checked)}
          />
          <label class="field__label" for={field}>
            {t("block.address", { address })}
          </label>
          <p class="field__help">{t("block.address_text")}</p>
        </div>
      )}
    </Confirm>
  );
}
