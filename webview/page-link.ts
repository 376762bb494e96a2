// The part of the page's address after `#`: it says what is shown, so that it can be kept and sent to others.

export interface PageLink {
  read(): string;
  /** Replaces the text; going back in the browser leads to what was shown before. */
  write(text: string): void;
  onChange(listener: (text: string) => void): void;
}

/** The link of a page in a browser; a webview has no address of its own, and there it is empty. */
export function openPageLink(page: Window, hasAddress: boolean): PageLink {
  if (!hasAddress) return { read: () => '', write: () => {}, onChange: () => {} };
  const read = () => page.location.hash.slice(1);
  return {
    read,
    write(text) {
      if (text !== read()) page.history.pushState(null, '', text === '' ? page.location.pathname : `#${text}`);
    },
    onChange: (listener) => page.addEventListener('popstate', () => listener(read())),
  };
}
