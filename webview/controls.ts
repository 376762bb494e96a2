// The controls, made of @vscode/webview-ui-toolkit. This is the one file that knows it: to replace the toolkit,
// fill these functions anew.
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeDataGrid,
  vsCodeDataGridCell,
  vsCodeDataGridRow,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeProgressRing,
} from '@vscode/webview-ui-toolkit';
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';

/** Makes the controls known to the page; once, before the first rendering. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeDataGrid(),
    vsCodeDataGridCell(),
    vsCodeDataGridRow(),
    vsCodeDropdown(),
    vsCodeLink(),
    vsCodeOption(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeProgressRing(),
  );
}

export interface ButtonOptions {
  readonly label: string | TemplateResult;
  readonly onClick: () => void;
  /** `icon` is the quiet one: without a background until the pointer is over it. */
  readonly appearance?: 'primary' | 'secondary' | 'icon';
  /** Pressing it does nothing. It stays in the order of Tab, and keeps the focus while it comes and goes. */
  readonly isDisabled?: boolean;
  /** Said and shown in full where the label alone is too short. */
  readonly title?: string;
}

export function button({
  label,
  onClick,
  appearance = 'secondary',
  isDisabled = false,
  title,
}: ButtonOptions): TemplateResult {
  // The toolkit names an icon button "Icon Button" unless it has a name before it has its appearance.
  const name = title ?? (appearance === 'icon' && typeof label === 'string' ? label : nothing);
  return html`<vscode-button
    aria-label=${name}
    appearance=${appearance}
    aria-disabled=${isDisabled ? 'true' : nothing}
    title=${title ?? nothing}
    @click=${isDisabled ? nothing : onClick}
    >${label}</vscode-button
  >`;
}

export interface LinkOptions {
  readonly label: string;
  readonly href: string;
  /** When given, it happens instead of going to `href`. */
  readonly onClick?: (() => void) | undefined;
}

export function link({ label, href, onClick }: LinkOptions): TemplateResult {
  const clicked = (event: Event): void => {
    if (onClick === undefined) return;
    event.preventDefault();
    onClick();
  };
  return html`<vscode-link href=${href} @click=${clicked}>${label}</vscode-link>`;
}

/** A small count beside a title. The toolkit's badge sets a style attribute, which the page's policy forbids. */
export function badge(label: string): TemplateResult {
  return html`<span class="badge">${label}</span>`;
}

export function progressRing(label: string): TemplateResult {
  return html`<vscode-progress-ring aria-label=${label}></vscode-progress-ring>`;
}

export interface DropdownOptions {
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function dropdown({ label, options, value, onChange }: DropdownOptions): TemplateResult {
  const changed = (event: Event): void => {
    const { target } = event;
    if (target !== null && 'value' in target && target.value !== value) onChange(String(target.value));
  };
  return html`<vscode-dropdown aria-label=${label} .value=${value} @change=${changed}>
    ${repeat(
      options,
      (option) => option.value,
      (option) => html`<vscode-option value=${option.value}>${option.label}</vscode-option>`,
    )}
  </vscode-dropdown>`;
}

export interface TabsOptions {
  readonly label: string;
  readonly tabs: readonly {
    readonly id: string;
    readonly title: string;
    readonly content: TemplateResult | typeof nothing;
  }[];
  readonly active: string;
  readonly onChange: (id: string) => void;
}

/** Tabs; only the active one needs content. */
export function tabs({ label, tabs: list, active, onChange }: TabsOptions): TemplateResult {
  const changed = (event: Event): void => {
    const { target } = event;
    if (target instanceof HTMLElement && 'activeid' in target && target.activeid !== active)
      onChange(String(target.activeid));
  };
  return html`<vscode-panels aria-label=${label} activeid=${active} @change=${changed}>
    ${list.map((tab) => html`<vscode-panel-tab id=${tab.id}>${tab.title}</vscode-panel-tab>`)}
    ${list.map((tab) => html`<vscode-panel-view id="${tab.id}-view">${tab.content}</vscode-panel-view>`)}
  </vscode-panels>`;
}

export interface DataGridOptions {
  readonly label: string;
  readonly columns: readonly { readonly key: string; readonly title: string }[];
  /** The same value as long as nothing changed: the grid builds its rows anew for another one. */
  readonly rows: readonly Readonly<Record<string, string>>[];
}

export function dataGrid({ label, columns, rows }: DataGridOptions): TemplateResult {
  return html`<vscode-data-grid
    aria-label=${label}
    generate-header="sticky"
    grid-template-columns=${columns.map(() => '1fr').join(' ')}
    .columnDefinitions=${columns.map((column) => ({ columnDataKey: column.key, title: column.title }))}
    .rowsData=${rows}
  ></vscode-data-grid>`;
}
