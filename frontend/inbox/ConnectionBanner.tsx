import { useEffect, useState } from "preact/hooks";
import { Icon } from "../shared/ui/Icon";
import { useDesk, useDeskState } from "./context";

const QUIET_FOR = 2_000;

/** Says that the connection is lost, unless it is back before anybody would notice. */
export function ConnectionBanner() {
  const { t } = useDesk();
  const { connection, end } = useDeskState();
  const [isShown, show] = useState(false);
  const isLost = connection !== "open" && end === null;

  useEffect(() => {
    if (!isLost) {
      show(false);
      return;
    }
    const timer = setTimeout(() => show(true), QUIET_FOR);
    return () => clearTimeout(timer);
  }, [isLost]);

  return (
    <div class="connection" role="status">
      {isShown && (
        <p class="connection__text">
          <Icon name="wifi-off" size="s" />
          {t("connection.lost")}
        </p>
      )}
    </div>
  );
}
