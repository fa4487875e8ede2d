import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./Icon";

/** A file on its way: `progress` from 0 to 1; `error` set: it did not arrive. `isFinal`: trying again
 * would end alike. */
export interface UploadItem {
  key: string;
  name: string;
  progress: number;
  isDone: boolean;
  error: string | null;
  isFinal?: boolean;
}

export interface ComposerLabels {
  message: string;
  placeholder: string;
  send: string;
  attach: string;
  /** "Remove", said before the file's name. */
  remove: string;
  retry: string;
}

interface Props {
  value: string;
  labels: ComposerLabels;
  uploads: readonly UploadItem[];
  maxLength: number;
  canSend: boolean;
  /** Another value moves the focus into the field. */
  focusKey?: string | number | undefined;
  hint?: string | undefined;
  onInput: (value: string) => void;
  onSend: () => void;
  onFiles?: ((files: File[]) => void) | undefined;
  onRemoveUpload?: (key: string) => void;
  onRetryUpload?: (key: string) => void;
  onEscape?: () => void;
}

/** Grows with its text up to the limit that the stylesheet sets. */
function stretch(field: HTMLTextAreaElement): void {
  field.style.setProperty("block-size", "auto");
  field.style.setProperty("block-size", `${field.scrollHeight}px`);
}

/** Enter sends, Shift+Enter breaks the line; files come by button or paste. Nothing is lost on an error:
 * the text belongs to the caller. */
export function Composer(props: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const { labels, onFiles, value, focusKey } = props;

  useLayoutEffect(() => {
    if (field.current) stretch(field.current);
  }, [value]);

  useEffect(() => {
    if (focusKey !== undefined) field.current?.focus({ preventScroll: true });
  }, [focusKey]);

  const send = () => {
    if (props.canSend) props.onSend();
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {props.uploads.length > 0 && (
        <ul class="composer__uploads">
          {props.uploads.map((upload) => (
            <li key={upload.key} class={upload.error ? "upload upload--failed" : "upload"}>
              <Icon name={upload.error ? "circle-alert" : upload.isDone ? "check" : "upload"} size="s" />
              <span class="upload__text">
                <span class="upload__name">{upload.name}</span>
                {upload.error && (
                  <span class="upload__error" role="alert">
                    {upload.error}
                  </span>
                )}
                {!upload.error && !upload.isDone && (
                  <progress
                    class="upload__progress"
                    max={1}
                    value={upload.progress}
                    aria-label={upload.name}
                  />
                )}
              </span>
              {upload.error && !upload.isFinal && (
                <button
                  type="button"
                  class="upload__button"
                  aria-label={`${labels.retry}: ${upload.name}`}
                  onClick={() => props.onRetryUpload?.(upload.key)}
                >
                  <Icon name="rotate-ccw" size="s" />
                </button>
              )}
              <button
                type="button"
                class="upload__button"
                aria-label={`${labels.remove}: ${upload.name}`}
                onClick={() => props.onRemoveUpload?.(upload.key)}
              >
                <Icon name="x" size="s" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div class="composer__row">
        {onFiles && (
          <>
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              onChange={(event) => {
                onFiles([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = "";
              }}
            />
            <button
              type="button"
              class="composer__button"
              aria-label={labels.attach}
              title={labels.attach}
              onClick={() => picker.current?.click()}
            >
              <Icon name="paperclip" />
            </button>
          </>
        )}
        <textarea
          ref={field}
          class="composer__field"
          rows={1}
          dir="auto"
          enterkeyhint="send"
          aria-label={labels.message}
          placeholder={labels.placeholder}
          maxLength={props.maxLength}
          value={value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
          onKeyDown={(event) => {
            // While an input method composes, Enter chooses a word.
            if (event.isComposing) return;
            if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
              event.preventDefault();
              send();
            } else if (event.key === "Escape" && props.onEscape) {
              event.preventDefault();
              event.stopPropagation();
              props.onEscape();
            }
          }}
          onPaste={(event) => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (!onFiles || files.length === 0) return;
            event.preventDefault();
            onFiles(files);
          }}
        />
        <button
          type="submit"
          class="composer__button composer__button--send"
          aria-label={labels.send}
          title={labels.send}
          disabled={!props.canSend}
        >
          <Icon name="send" />
        </button>
      </div>
      {props.hint && <p class="composer__hint">{props.hint}</p>}
    </form>
  );
}
