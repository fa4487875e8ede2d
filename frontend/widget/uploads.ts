import type { AttachmentRow } from "../shared/wire";

export interface Upload {
  key: string;
  file: File;
  progress: number;
  row: AttachmentRow | null;
  error: "tooLarge" | "refused" | "failed" | null;
}

export interface Credentials {
  ticket: string;
  token: string | null;
}

/**
 * Sends one file. `fetch` does not tell how far it has come, so this is an XMLHttpRequest. Returns how
 * to call it off.
 */
export function upload(
  address: string,
  file: File,
  credentials: Credentials,
  tell: (change: Partial<Upload>) => void,
): () => void {
  const request = new XMLHttpRequest();
  request.open("POST", address);
  request.setRequestHeader("X-Chatapp-Ticket", credentials.ticket);
  request.setRequestHeader("X-Chatapp-Token", credentials.token ?? "");
  request.upload.onprogress = (event) => {
    if (event.lengthComputable) tell({ progress: event.loaded / event.total });
  };
  request.onload = () => {
    if (request.status === 201) {
      tell({ progress: 1, row: JSON.parse(request.responseText) as AttachmentRow });
    } else {
      const code = /"error":\s*"(\w+)"/.exec(request.responseText)?.[1];
      tell({ error: code === "too_long" ? "tooLarge" : code === "invalid" ? "refused" : "failed" });
    }
  };
  request.onerror = () => tell({ error: "failed" });
  const body = new FormData();
  body.append("file", file);
  request.send(body);
  return () => request.abort();
}
