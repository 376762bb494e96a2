// Progress for what takes more than a second, and for nothing else.
import * as vscode from 'vscode';

const quietMs = 1000;

/** The outcome of `work`; once it has taken a second, the status bar says what goes on. */
export async function withLateProgress<T>(title: string, work: Promise<T>): Promise<T> {
  const timer = setTimeout(() => {
    void vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: `Noodle: ${title}` }, () =>
      work.then(ignored, ignored),
    );
  }, quietMs);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}

function ignored(): void {}
