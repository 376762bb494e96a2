// Tests: what fails, gathered by cause; what fails by chance; what is slow; what no test runs; what selections missed.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { CoverageSummary, TestSuggestion } from '../../agent/protocol/coverage.ts';
import type { FlakyTest } from '../../agent/protocol/flakiness.ts';
import { counted, formatCount } from '../../agent/protocol/quantities.ts';
import type { FailureCluster } from '../../agent/protocol/triage.ts';
import type { PanelContext } from '../actions.ts';
import { badge, button } from '../controls.ts';
import { formatAgo, formatClock, formatPercent } from '../format.ts';
import { locationLink } from '../location-link.ts';
import { emptyLine, panel } from '../panels/panel.ts';
import { slowestPanel } from '../panels/slowest.ts';
import type { SectionContents } from '../state/sections.ts';
import { isConnected, type DashboardState } from '../state/state.ts';
import { figure } from './figure.ts';
import { whenRead } from './remote.ts';

const shownTests = 5;
const shownFiles = 10;

export function testsSection(state: DashboardState, context: PanelContext): TemplateResult {
  return whenRead(
    state.sections.tests,
    context,
    ({ clusters, flaky, coverage, suggestions, regret }) =>
      html`<div class="columns">
        <div class="column">
          ${failuresPanel(clusters, state, context)} ${flakyPanel(flaky, state, context)} ${slowestPanel(state)}
        </div>
        <div class="column">
          ${regretPanel(regret)} ${coveragePanel(coverage, context.now)}
          ${suggestionsPanel(suggestions, state, context)}
        </div>
      </div>`,
  );
}

function failuresPanel(
  clusters: readonly FailureCluster[],
  state: DashboardState,
  context: PanelContext,
): TemplateResult {
  const title = 'Failures by cause';
  if (clusters.length === 0) return panel({ id: 'triage', title }, emptyLine('Nothing fails.'));
  return panel(
    { id: 'triage', title, aside: badge(String(clusters.length)) },
    html`<ul class="entries">
      ${repeat(
        clusters,
        ({ tests }) => tests[0] ?? '',
        (cluster) => clusterItem(cluster, state, context),
      )}
    </ul>`,
  );
}

function clusterItem(
  { kind, message, at, tests, failingSince, suspects, suspectedCommit: commit, owners, reproduce }: FailureCluster,
  state: DashboardState,
  context: PanelContext,
): TemplateResult {
  return html`<li class="entry">
    <p>${message} <span class="dim">${kind}</span></p>
    <p class="dim">
      ${counted(tests.length, 'test')} · since
      ${formatAgo(failingSince, context.now)}${owners.length === 0 ? '' : ` · ${owners.join(', ')}`}
      ${at === null ? nothing : locationLink(at, state.repository?.root ?? '', context)}
    </p>
    ${tests.slice(0, shownTests).map((test) => html`<p class="dim">${test}</p>`)}
    ${tests.length > shownTests ? html`<p class="dim">and ${counted(tests.length - shownTests, 'other')}</p>` : nothing}
    ${suspects.length === 0 ? nothing : html`<p>suspected: ${suspects.slice(0, shownTests).join(', ')}</p>`}
    ${
      commit === undefined
        ? nothing
        : html`<p title=${commit.because}>
            since ${commit.sha.slice(0, 10)} ${commit.subject} <span class="dim">${commit.author}</span>
          </p>`
    }
    <p><code>${reproduce}</code></p>
  </li>`;
}

function flakyPanel(flaky: readonly FlakyTest[], state: DashboardState, context: PanelContext): TemplateResult {
  const title = 'Fail by chance';
  if (flaky.length === 0) return panel({ id: 'flaky', title }, emptyLine('No test was seen to fail by chance.'));
  return panel(
    { id: 'flaky', title },
    html`<ul class="entries">
      ${repeat(
        flaky,
        ({ test }) => test,
        (each) => flakyItem(each, state, context),
      )}
    </ul>`,
  );
}

const quarantineDays = 14;

function flakyItem(
  { test, probability, trials, failures, cause, evidence, quarantine }: FlakyTest,
  state: DashboardState,
  { actions, now }: PanelContext,
): TemplateResult {
  const isDisabled = !isConnected(state);
  return html`<li class="entry entry-row">
    <div>
      <p>${test}</p>
      <p class="dim">
        fails ${formatPercent(probability)} of the time by chance (${formatCount(failures)} of ${formatCount(trials)}) ·
        ${cause}${quarantine === null ? '' : ` · in quarantine until ${formatClock(quarantine.until, now)}`}
      </p>
      ${evidence.slice(0, 3).map((sentence) => html`<p class="dim">${sentence}</p>`)}
    </div>
    ${
      quarantine === null
        ? button({
            label: 'Quarantine',
            title: `Quarantine for ${quarantineDays} days: ${test}`,
            isDisabled,
            onClick: () => actions.quarantine(test, now + quarantineDays * 86_400_000),
          })
        : button({
            label: 'Lift',
            title: `Lift the quarantine of ${test}`,
            isDisabled,
            onClick: () => actions.liftQuarantine(test),
          })
    }
  </li>`;
}

function regretPanel({ failures, audits }: SectionContents['tests']['regret']): TemplateResult {
  const text =
    audits === 0
      ? 'Not known yet: `noodle run --audit` runs what a selection left out, and counts the failures there.'
      : `${counted(failures, 'failure')} outside of the selection in ${counted(audits, 'audited run')}.`;
  return panel(
    { id: 'regret', title: 'What selections missed' },
    audits === 0 ? emptyLine(text) : html`<p>${text}</p>`,
  );
}

function coveragePanel({ lines, functions, tests, recorded, files }: CoverageSummary, now: number): TemplateResult {
  const title = 'Coverage';
  if (recorded === null)
    return panel({ id: 'coverage', title }, emptyLine('Not recorded yet: `noodle run --all` records it.'));
  const share = ({ covered, total }: CoverageSummary['lines']) => (total === 0 ? '–' : formatPercent(covered / total));
  const least = files
    .filter((file) => file.lines.total > 0)
    .toSorted((a, b) => a.lines.covered / a.lines.total - b.lines.covered / b.lines.total);
  return panel(
    { id: 'coverage', title },
    html`<dl class="figures">
        ${figure('of lines', share(lines), `${formatCount(lines.covered)} of ${formatCount(lines.total)} lines with code`)}
        ${functions.total === 0 ? nothing : figure('of functions', share(functions), `${formatCount(functions.covered)} of ${formatCount(functions.total)} functions`)}
      </dl>
      <p class="dim">
        Of ${counted(tests, 'test file')}, recorded ${formatAgo(recorded.from, now)} or later. The least covered files:
      </p>
      <ul class="entries">
        ${least.slice(0, shownFiles).map((file) => html`<li class="entry entry-row"><span>${file.path}</span><span class="entry-figure">${share(file.lines)}</span></li>`)}
      </ul>`,
  );
}

function suggestionsPanel(
  suggestions: readonly TestSuggestion[],
  state: DashboardState,
  context: PanelContext,
): TemplateResult {
  const title = 'What to test next';
  if (suggestions.length === 0) return panel({ id: 'suggestions', title }, emptyLine('Nothing stands out.'));
  return panel(
    { id: 'suggestions', title },
    html`<ol class="entries">
      ${suggestions.slice(0, shownFiles).map(
        ({ path, name, startLine, why }) =>
          html`<li class="entry">
            <p>
              ${name ?? 'lines outside of functions'}
              ${locationLink({ file: path, line: startLine }, state.repository?.root ?? '', context)}
            </p>
            <p class="dim">${why}</p>
          </li>`,
      )}
    </ol>`,
  );
}
