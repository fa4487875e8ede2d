/**
 * What loader and frame say to each other over the port that the loader hands to the frame. The frame
 * takes a port only from its parent and only from the site that the server wrote into it.
 */
import type { AvailabilityStatus, DroppedRow, Page, PageForms, Variable } from "./wire";

/** The word with which the loader hands over the port. */
export const HANDOVER = "chatapp:port";

/** What the page says of the visitor. Absent: unchanged. */
export interface Identity {
  name?: string;
  email?: string;
  phone?: string;
  variables?: Record<string, Variable>;
  group?: string;
}

export type ToFrame =
  | {
      type: "start";
      token: string | null;
      page: Page;
      identity: Identity;
      draft: string;
      isOpen: boolean;
      takesFocus: boolean;
      isPhone: boolean;
      hasSounds: boolean;
      color: string;
      noticeUrl: string | null;
      /** What the page changes about the forms. */
      forms: PageForms | null;
    }
  /** Another tab of this visitor was first: be the same visitor. */
  | { type: "token"; token: string }
  /** `takesFocus`, here and above: a person opened it, so the keyboard goes along. */
  | { type: "open"; isOpen: boolean; takesFocus: boolean }
  | { type: "text"; text: string }
  | { type: "identify"; identity: Identity }
  | { type: "layout"; isPhone: boolean };

/** Events of the page's API that the frame knows first. */
export type PageEvent =
  | "message_sent"
  | "message_received"
  | "sent"
  | "message"
  | "agent.join"
  | "agent.leave";

export type ToLoader =
  | { type: "identity"; token: string; visitorId: string }
  | { type: "conversation"; id: string | null }
  | { type: "status"; status: AvailabilityStatus }
  | { type: "unread"; count: number }
  | { type: "draft"; text: string }
  | { type: "blocked"; isBlocked: boolean }
  | { type: "event"; name: PageEvent; values: unknown[] }
  /** Fields of the page that are not asked, for whoever builds it. */
  | { type: "dropped"; fields: DroppedRow[] }
  /** The visitor did something in the frame: from here on the loader may store. */
  | { type: "interaction" }
  | { type: "close" }
  /** Nothing is kept of the visitor any more: nor may the device. */
  | { type: "forget" }
  | { type: "move" }
  | { type: "reload" };
