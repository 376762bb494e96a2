// An editor for all walks of a suite, and a picture of every window when one of them fails.
import type { Context } from 'mocha';
import { packagedExtension } from './packaged-extension.ts';
import { Editor, type EditorOptions, type Workbench } from './workbench.ts';

export interface Walks {
  /** Opens a window that is closed at the end of the suite. */
  open(folder: string | null): Promise<Workbench>;
}

/** Called inside `describe`: the editor starts before the first walk and ends after the last. */
export function startEditor(options: Omit<EditorOptions, 'vsix'>): Walks {
  const windows: Workbench[] = [];
  let editor: Editor | null = null;

  before(async () => {
    editor = await Editor.start({ ...options, vsix: packagedExtension() });
  });

  afterEach(async function (this: Context) {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest.fullTitle().replace(/\W+/g, '-');
    const open = windows.filter((window) => !window.page.isClosed());
    for (const [index, window] of open.entries()) await window.screenshot(`failed-${name}-${index}`);
  });

  after(async () => {
    await editor?.dispose();
  });

  return {
    async open(folder) {
      if (editor === null) throw new Error('the editor has not started');
      const window = await editor.open(folder);
      windows.push(window);
      return window;
    },
  };
}
