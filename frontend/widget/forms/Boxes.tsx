import { useId } from "preact/hooks";
import type { BoxRow } from "../../shared/wire";
import "./boxes.css";

interface Props {
  legend: string;
  boxes: readonly BoxRow[];
  ticked: readonly string[];
  onTick: (purpose: string) => void;
  noticeUrl: string;
  noticeLabel: string;
  isBusy?: boolean;
}

/** One block for each purpose, apart from everything that is asked: empty, and nobody waits for it. */
export function Boxes({ legend, boxes, ticked, onTick, noticeUrl, noticeLabel, isBusy = false }: Props) {
  const id = useId();
  return (
    <fieldset class="boxes" disabled={isBusy}>
      <legend class="boxes__legend">{legend}</legend>
      {boxes.map((box) => (
        <div key={box.purpose} class="boxes__box">
          <input
            type="checkbox"
            id={`${id}-${box.purpose}`}
            aria-describedby={`${id}-${box.purpose}-about`}
            checked={ticked.includes(box.purpose)}
            onChange={() => onTick(box.purpose)}
          />
          <div dir="auto">
            <label class="foot__label" for={`${id}-${box.purpose}`}>
              {box.title}
            </label>
            <div id={`${id}-${box.purpose}-about`} class="boxes__about">
              <p>{box.text}</p>
              <p>
                {box.details}{" "}
                {noticeUrl && (
                  <a href={noticeUrl} target="_blank" rel="noopener">
                    {noticeLabel}
                  </a>
                )}
              </p>
            </div>
          </div>
        </div>
      ))}
    </fieldset>
  );
}
