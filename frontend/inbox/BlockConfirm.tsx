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
  return (
    <Confirm
      title={t("block.title", { name: desk.visitorName(row) })}
      text={t("block.text")}
      yes={t("block.yes")}
      isDangerous
      onYes={() => void desk.block(row.id, true)}
      onClose={onClose}
    />
  );
}
