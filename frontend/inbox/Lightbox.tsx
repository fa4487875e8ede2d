import { Icon } from "../shared/ui/Icon";
import type { AttachmentRow } from "../shared/wire";
import { useDesk } from "./context";
import { Dialog } from "./Dialog";

interface Props {
  image: AttachmentRow;
  onClose: () => void;
}

/** An image as large as the window allows. */
export function Lightbox({ image, onClose }: Props) {
  const { t } = useDesk();
  return (
    <Dialog title={image.name} class="lightbox" onClose={onClose}>
      <div class="lightbox__body">
        <img
          src={image.url}
          alt={image.name}
          width={image.width ?? undefined}
          height={image.height ?? undefined}
        />
      </div>
      <div class="dialog__footer">
        <a class="button" href={image.url} download={image.name}>
          <Icon name="download" />
          {t("file.download")}
        </a>
      </div>
    </Dialog>
  );
}
