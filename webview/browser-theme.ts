// In a browser the page names its theme as VS Code does in a webview: by a class and an attribute of the body.

/** Follows the system's preference; the palette itself is in styles/browser-theme.css. */
export function followSystemTheme(page: Window): void {
  const dark = page.matchMedia('(prefers-color-scheme: dark)');
  const contrast = page.matchMedia('(prefers-contrast: more), (forced-colors: active)');
  const apply = (): void => {
    const name = themeName(dark.matches, contrast.matches);
    const { body } = page.document;
    body.dataset['vscodeThemeKind'] = name;
    // The controls read the colours anew when the class changes.
    body.className = name;
  };
  dark.addEventListener('change', apply);
  contrast.addEventListener('change', apply);
  apply();
}

function themeName(isDark: boolean, isHighContrast: boolean): string {
  if (isHighContrast) return isDark ? 'vscode-high-contrast' : 'vscode-high-contrast-light';
  return isDark ? 'vscode-dark' : 'vscode-light';
}
