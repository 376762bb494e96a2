// An opened run: its builds and tests, or its log.
import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { BuildResult } from '../../agent/protocol/build.ts';
import type { Execution } from '../../agent/protocol/execution.ts';
import { formatCount, formatDuration } from '../../agent/protocol/quantities.ts';
import type { TestResult } from '../../agent/protocol/test.ts';
import type { PanelContext } from '../actions.ts';
import { button, tabs } from '../controls.ts';
import { locationLink } from '../location-link.ts';
import { isFailure } from '../state/failing.ts';
import { stateWord } from '../state/stages.ts';
import type { DashboardState, DetailTab, RunResults } from '../state/state.ts';
import { emptyLine } from './panel.ts';
import { runLog } from './run-log.ts';
import { stateMark, testMark } from './state-mark.ts';

/** Results and log of `run`, as tabs. */
export function runDetails(run: Execution, state: DashboardState, context: PanelContext): TemplateResult {
  const { tab } = state.view;
  const content = tab === 'results' ? results(state, context) : runLog(run, state, context);
  return html`<div class="run-details">
    ${run.reason === null ? nothing : html`<p class="run-reason">${run.reason}</p>`}
    ${tabs({
      label: 'Details of the run',
      active: `tab-${tab}`,
      tabs: (['results', 'log'] as const).map((id) => ({
        id: `tab-${id}`,
        title: id === 'results' ? 'Results' : 'Log',
        content: id === tab ? content : nothing,
      })),
      onChange: (id) => context.actions.showTab(id.replace('tab-', '') as DetailTab),
    })}
  </div>`;
}

function results(state: DashboardState, context: PanelContext): TemplateResult {
  const { results: read } = state;
  if (read === null || read.state === 'loading') return html`<p class="dim">Reading the results …</p>`;
  if (read.state === 'failed') return html`<p class="dim">${read.failure.message}</p>`;
  const { builds, tests } = read.value;
  if (builds.length === 0 && tests.length === 0) return emptyLine('No builds and no tests.');
  return html`${builds.length === 0 ? nothing : buildList(builds, state, context)}
  ${tests.length === 0 ? nothing : testList(read.value, state, context)}`;
}

function buildList(builds: readonly BuildResult[], state: DashboardState, context: PanelContext): TemplateResult {
  return html`<h3 class="list-title">Builds</h3>
    <ul class="results">
      ${repeat(
        builds,
        (build) => build.target,
        (build) => buildRow(build, state, context),
      )}
    </ul>`;
}

function buildRow(build: BuildResult, state: DashboardState, context: PanelContext): TemplateResult {
  const [problem] = build.problems.filter((each) => each.severity === 'error');
  return html`<li class="result">
    ${stateMark(build.status)}
    <span class="result-name">${build.target}<span class="dim result-reason">${build.reason}</span></span>
    <span class="result-duration">${build.cached ? stateWord('unchanged') : formatDuration(build.durationMs)}</span>
    ${problem === undefined ? nothing : html`<span class="result-problem">${locationLink(problem.location, state.repository?.root ?? '', context)} ${problem.message}</span>`}
  </li>`;
}

function testList({ tests }: RunResults, state: DashboardState, context: PanelContext): TemplateResult {
  const shown = failuresFirst(tests).slice(0, state.view.shown.results);
  const left = tests.length - shown.length;
  return html`<h3 class="list-title">Tests</h3>
    <ul class="results">
      ${repeat(
        shown,
        (test) => test.id,
        (test) => testRow(test, state, context),
      )}
    </ul>
    ${left <= 0 ? nothing : html`<p class="more">${button({ label: 'Show more', title: 'Show more results', onClick: () => context.actions.showMore('results') })} <span>${formatCount(left)} not shown</span></p>`}`;
}

/** Failures, then the others, each in the order in which they ended. */
function failuresFirst(tests: readonly TestResult[]): readonly TestResult[] {
  const failed = tests.filter((test) => isFailure(test.status));
  return failed.length === 0 ? tests : [...failed, ...tests.filter((test) => !isFailure(test.status))];
}

function testRow(test: TestResult, state: DashboardState, context: PanelContext): TemplateResult {
  const place = test.failureAt ?? test.declaredAt;
  return html`<li class="result">
    ${testMark(test.status)}
    <span class="result-name"
      >${test.name.replaceAll(' > ', ' › ')}
      ${place === undefined ? html`<span class="dim result-reason">${test.file}</span>` : html`<span class="result-reason">${locationLink(place, state.repository?.root ?? '', context)}</span>`}
    </span>
    <span class="result-duration">${formatDuration(test.durationMs)}</span>
    ${test.message === undefined ? nothing : html`<span class="result-problem">${test.message.split('\n', 1)[0]}</span>`}
  </li>`;
}
