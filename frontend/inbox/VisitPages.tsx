import type { LiveSide } from "../shared/inboxState";
import { useDesk } from "./context";
import { age } from "./times";

const SHOWN = 12;

interface Props {
  live: LiveSide["visitors"][string] | undefined;
  now: number;
}

/** The path of an address, which is what differs between the pages of one site. */
function shortAddress(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return `${pathname}${search}`;
  } catch {
    return url;
  }
}

function isFollowable(url: string): boolean {
  return /^https?:\/\//i.test(url);
}

/** The pages of this visit, newest first; the one that is open now stands out. Nothing before the
 * server has told of the visit. */
export function VisitPages({ live, now }: Props) {
  const { t, bootstrap } = useDesk();
  if (!live || live.pages.length === 0) return null;
  const pages = [...live.pages].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, SHOWN);
  return (
    <section class="panel__section">
      <h3 class="panel__heading">{t("panel.pages")}</h3>
      <ol class="pages">
        {pages.map((page, index) => (
          <li
            key={`${page.at} ${page.url}`}
            class={index === 0 && live.is_online ? "pages__item pages__item--now" : "pages__item"}
          >
            <span class="pages__line">
              {isFollowable(page.url) ? (
                <a class="pages__title" href={page.url} target="_blank" rel="noopener noreferrer nofollow">
                  {page.title || shortAddress(page.url)}
                </a>
              ) : (
                <span class="pages__title">{page.title || page.url}</span>
              )}
              <span class="pages__time">
                {index === 0 && live.is_online ? t("panel.now") : age(page.at, now, bootstrap.language, t)}
              </span>
            </span>
            <span class="pages__url">{shortAddress(page.url)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
