// Builds: what each target costs and saves, which ones others wait for, and why each was built or not.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { BuildMetrics, BuildTarget } from '../../agent/protocol/build.ts';
import { counted, formatCount, formatDuration } from '../../agent/protocol/quantities.ts';
import type { PanelContext } from '../actions.ts';
import { formatPercent } from '../format.ts';
import { icon } from '../icons.ts';
import { explained } from '../panels/explanation.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import type { SectionContents } from '../state/sections.ts';
import type { DashboardState } from '../state/state.ts';
import { figure } from './figure.ts';
import { whenRead } from './remote.ts';
import { timeRange } from './trends.ts';

export function buildsSection(state: DashboardState, context: PanelContext): TemplateResult {
  return html`<div class="section-controls">${timeRange(state.filters, context.actions)}</div>
    ${whenRead(state.sections.builds, context, (builds) => sectionContent(builds, state, context))}`;
}

function sectionContent(
  builds: SectionContents['builds'],
  state: DashboardState,
  context: PanelContext,
): TemplateResult {
  return html`<div class="columns">
    <div class="column">
      ${panel({ id: 'targets', title: 'Targets' }, builds.targets.length === 0 ? emptyLine('No build targets were found. They can be declared in noodle.yaml under targets.') : targetList(builds, state, context))}
    </div>
    <div class="column">
      ${totalsPanel([...builds.metrics.values()])}
      ${builds.problems.length === 0 ? nothing : problemsPanel(builds.problems)}
    </div>
  </div>`;
}

/** Those that take longest first. */
function targetList(
  { targets, metrics }: SectionContents['builds'],
  state: DashboardState,
  context: PanelContext,
): TemplateResult {
  const cost = (target: BuildTarget) => metrics.get(target.id)?.medianMs ?? 0;
  return html`<ul class="entries">
    ${repeat(
      targets.toSorted((a, b) => cost(b) - cost(a)),
      ({ id }) => id,
      (target) => targetItem(target, metrics.get(target.id), { state, context }),
    )}
  </ul>`;
}

interface Shown {
  readonly state: DashboardState;
  readonly context: PanelContext;
}

function targetItem(
  { id, command, needs, missingTool }: BuildTarget,
  metrics: BuildMetrics | undefined,
  { state, context }: Shown,
): TemplateResult {
  const isOpen = state.view.openTargets.has(id);
  const explanations = state.explanations.get(id);
  return html`<li class="entry">
    <div class="entry-row">
      <div>
        <p>${id} ${metrics?.onCriticalPath === true ? html`<span class="dim">on the critical path</span>` : nothing}</p>
        <p class="dim"><code>${command}</code>${needs.length === 0 ? '' : ` · needs ${needs.join(', ')}`}</p>
        ${missingTool === undefined ? nothing : html`<p>${missingTool}</p>`}
      </div>
      <span class="entry-figure"
        >${formatMedian(metrics)}<span class="dim"
          >${metrics === undefined ? 'not built yet' : usage(metrics)}</span
        ></span
      >
    </div>
    <button type="button" class="opener" aria-expanded=${isOpen} @click=${() => context.actions.toggleTarget(id)}>
      ${icon('opener')}Why
    </button>
    ${isOpen && explanations !== undefined ? html`<div class="why">${explained(explanations)}</div>` : nothing}
  </li>`;
}

function formatMedian(metrics: BuildMetrics | undefined): string {
  const medianMs = metrics?.medianMs ?? null;
  return medianMs === null ? '–' : formatDuration(medianMs);
}

function usage({ requests, hitRate, failed, savedMs }: BuildMetrics): string {
  const parts = [`asked for ${formatCount(requests)} ${requests === 1 ? 'time' : 'times'}`];
  if (hitRate !== null) parts.push(`${formatPercent(hitRate)} without building`);
  if (failed > 0) parts.push(`${formatCount(failed)} failed`);
  if (savedMs > 0) parts.push(`${formatDuration(savedMs)} saved`);
  return parts.join(' · ');
}

function totalsPanel(metrics: readonly BuildMetrics[]): TemplateResult {
  const sum = (of: (each: BuildMetrics) => number) => metrics.reduce((total, each) => total + of(each), 0);
  const requests = sum((each) => each.requests);
  const hits = sum((each) => each.unchanged + each.fromLocalCache + each.fromRemoteCache);
  const title = 'All targets';
  if (requests === 0) return panel({ id: 'build-totals', title }, emptyLine('Nothing was built in this time.'));
  return panel(
    { id: 'build-totals', title },
    html`<dl class="figures">
      ${figure('without building', formatPercent(hits / requests), 'Share of what was asked for in which nothing had to be run')}
      ${figure('unchanged', formatCount(sum((each) => each.unchanged)), 'The last result still held')}
      ${figure('from caches', formatCount(sum((each) => each.fromLocalCache + each.fromRemoteCache)), 'The output came out of the local or the shared cache')}
      ${figure('built', formatCount(sum((each) => each.built)), 'The command was run')}
      ${figure('saved', formatDuration(sum((each) => each.savedMs)), 'Recorded duration of the builds that were not run')}
    </dl>`,
  );
}

function problemsPanel(problems: readonly string[]): TemplateResult {
  return panel(
    { id: 'build-problems', title: counted(problems.length, 'problem') },
    html`<ul class="entries">
      ${problems.map((problem) => html`<li class="entry">${problem}</li>`)}
    </ul>`,
  );
}
