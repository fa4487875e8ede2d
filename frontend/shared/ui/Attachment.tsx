import type { AttachmentRow } from "../wire";
import { Icon } from "./Icon";

interface Props {
  attachment: AttachmentRow;
  /** "1.2 MB", as the language writes it. */
  size: string;
  /** "Download", said before the name. */
  downloadLabel: string;
  /** "Show image", said before the name. */
  openLabel: string;
  onOpen?: ((attachment: AttachmentRow) => void) | undefined;
}

/** An image as a preview that opens, anything else as a card that downloads. */
export function Attachment({ attachment, size, downloadLabel, openLabel, onOpen }: Props) {
  if (attachment.kind === "image" && attachment.thumbnail_url) {
    return (
      <a
        class="attachment attachment--image"
        href={attachment.url}
        target="_blank"
        rel="noopener noreferrer"
        aria-label={`${openLabel}: ${attachment.name}`}
        onClick={(event) => {
          if (!onOpen || event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          onOpen(attachment);
        }}
      >
        <img
          src={attachment.thumbnail_url}
          alt=""
          loading="lazy"
          width={attachment.width ?? undefined}
          height={attachment.height ?? undefined}
        />
      </a>
    );
  }
  return (
    <a
      class="attachment attachment--file"
      href={attachment.url}
      download={attachment.name}
      aria-label={`${downloadLabel}: ${attachment.name}, ${size}`}
    >
      <span class="attachment__icon">
        <Icon name={attachment.kind === "image" ? "image" : "file"} />
      </span>
      <span class="attachment__text">
        <span class="attachment__name">{attachment.name}</span>
        <span class="attachment__size">{size}</span>
      </span>
      <Icon name="download" size="s" />
    </a>
  );
}
