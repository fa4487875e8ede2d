import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "./Icon";

interface Props {
  class: string;
  label: string;
  /** Null: files are not taken now. */
  onFiles: ((files: File[]) => void) | null;
  children: ComponentChildren;
}

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;

/** Takes files that are dropped anywhere on its children. */
export function DropTarget({ class: className, label, onFiles, children }: Props) {
  const [isOver, setIsOver] = useState(false);
  // Entering a child fires before leaving its parent: only the outermost pair counts.
  const depth = useRef(0);
  const move = (event: DragEvent, step: number) => {
    if (!onFiles || !holdsFiles(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + step);
    setIsOver(depth.current > 0);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button in the composer takes files too.
    <div
      class={className}
      onDragEnter={(event) => move(event, 1)}
      onDragOver={(event) => move(event, 0)}
      onDragLeave={(event) => move(event, -1)}
      onDrop={(event) => {
        if (!onFiles || !holdsFiles(event)) return;
        event.preventDefault();
        depth.current = 0;
        setIsOver(false);
        onFiles([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {children}
      {isOver && (
        <div class="drop" aria-hidden="true">
          <Icon name="upload" size="l" />
          <p>{label}</p>
        </div>
      )}
    </div>
  );
}
