// Colours for a canvas, which does not know custom properties: read from the page, and again when the theme changes.

export interface Palette {
  readonly text: string;
  readonly grid: string;
  readonly line: string;
  readonly area: string;
  readonly failure: string;
  readonly font: string;
}

/** The present colours at `element`, resolved to values that a canvas takes. */
export function readPalette(element: HTMLElement): Palette {
  const probe = element.ownerDocument.createElement('span');
  element.append(probe);
  const resolve = (property: string): string => {
    probe.style.color = `var(${property})`;
    return getComputedStyle(probe).color;
  };
  const palette = {
    text: resolve('--text-dim'),
    grid: resolve('--grid'),
    line: resolve('--accent'),
    area: resolve('--accent-faint'),
    failure: resolve('--failed'),
    font: `11px ${getComputedStyle(element).fontFamily}`,
  };
  probe.remove();
  return palette;
}

/** Calls back when the editor's theme or the system's preference changes; the returned function ends it. */
export function watchTheme(document: Document, changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
  return () => observer.disconnect();
}
