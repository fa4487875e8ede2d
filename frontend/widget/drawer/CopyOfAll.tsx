import { useEffect, useState } from "preact/hooks";
import { fileSize } from "../../shared/format";
import { Icon } from "../../shared/ui/Icon";
import { ask, type CopyRow, codeOf } from "./ownData";
import { useDrawer } from "./surroundings";

const PAUSE = 2_000;

/** Asks for a copy, waits until the job has made it, and leads to the file. */
export function CopyOfAll() {
  const { chat, t, say, data, language } = useDrawer();
  const [copy, setCopy] = useState<CopyRow | null>(data.copies[0] ?? null);
  const [problem, setProblem] = useState("");
  const isBuilding = copy?.state === "building";

  const follow = async (what: string, body?: object) => {
    setProblem("");
    try {
      setCopy((await ask<CopyRow>(chat, what, body)).said);
    } catch (error) {
      setProblem(codeOf(error));
    }
  };

  useEffect(() => {
    if (!isBuilding || problem) return;
    const timer = setTimeout(() => void follow(`copies/${copy.id}`), PAUSE);
    return () => clearTimeout(timer);
  }, [copy, problem]);

  return (
    <div class="drawer__copy">
      <button
        type="button"
        class="drawer__action"
        aria-busy={isBuilding && !problem}
        disabled={isBuilding && !problem}
        onClick={() => void follow("copies", {})}
      >
        <Icon name="download" />
        {t("copy.action")}
      </button>
      <div role="status" class="drawer__copy-state">
        {isBuilding && !problem && t("copy.building")}
        {(problem || copy?.state === "failed") && say(`refusal.${problem || "unavailable"}`)}
        {copy?.address && (
          <a class="button button--primary button--s" href={copy.address} download>
            {t("copy.fetch", { size: fileSize(copy.size, language) })}
          </a>
        )}
        {copy?.address && <p>{t("copy.about")}</p>}
      </div>
    </div>
  );
}
