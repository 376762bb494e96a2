// The tree of the present plan, change → target → test, each with its reason: a pure mapping of the plan.
import type { Plan, PlannedTest } from '../../agent/protocol/plan.ts';
import { plannedFiles } from '../../agent/protocol/planned-files.ts';
import { counted, formatDuration } from '../../agent/protocol/quantities.ts';
import type { Location } from '../../agent/protocol/test.ts';

export interface PlanNode {
  /** Stable while the plan is remade, so that the tree keeps what is expanded. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly icon: string;
  /** What commands on the node are about. */
  readonly subject: { readonly test: string } | { readonly target: string } | null;
  readonly location: Location | null;
  readonly children: readonly PlanNode[];
}

/** Changes, builds and tests, in running order; what is skipped in one line. Empty where nothing could ever run. */
export function planNodes(plan: Plan): PlanNode[] {
  const { builds, notes } = plan;
  if (builds.length === 0 && plannedFiles(plan) === 0) return [];
  return [
    changesNode(plan),
    ...(builds.length === 0 ? [] : [buildsNode(plan)]),
    testsNode(plan),
    ...reusedNode(plan),
    ...skippedNode(plan),
    ...notes.map(noteNode),
  ];
}

function changesNode({ changes }: Plan): PlanNode {
  const children = changes.map((change) =>
    leaf({
      id: `change:${change.path}`,
      label: nameOf(change.path),
      description: [change.kind, folderOf(change.path)].filter((part) => part !== '').join(' · '),
      tooltip: change.from === undefined ? `${change.path}: ${change.kind}` : `${change.from} → ${change.path}`,
      icon: 'diff',
      location: change.kind === 'deleted' ? null : { file: change.path, line: change.lines[0]?.[0] ?? 1 },
    }),
  );
  const label = changes.length === 0 ? 'No change' : counted(changes.length, 'change');
  return leaf({ id: 'changes', label, icon: 'git-compare', children });
}

function buildsNode({ builds }: Plan): PlanNode {
  const building = builds.filter((build) => !build.cached).length;
  const children = builds.map((build) =>
    leaf({
      id: `build:${build.target}`,
      label: build.target,
      description: build.reason,
      tooltip: `${build.target}: ${build.reason}`,
      icon: build.cached ? 'pass' : 'package',
      subject: { target: build.target },
    }),
  );
  return leaf({
    id: 'builds',
    label: `${building} of ${counted(builds.length, 'target')}`,
    description: building === 0 ? 'unchanged' : '',
    icon: 'tools',
    children,
  });
}

function testsNode(plan: Plan): PlanNode {
  const { tests, expected } = plan;
  const children = tests.map((test, index) =>
    leaf({
      id: `test:${test.id}`,
      label: nameOf(test.file),
      description: wayTo(test),
      tooltip: [
        test.file,
        test.why.join(' → '),
        `${index + 1} of ${tests.length} in order: probability ${test.probability.toFixed(2)} that it fails, ${test.p90Ms === undefined ? 'never measured' : `about ${formatDuration(test.expectedMs)}`}`,
      ].join('\n'),
      icon: 'beaker',
      subject: { test: test.id },
      location: { file: test.file, line: 1 },
    }),
  );
  const about = expected === undefined ? '' : `about ${formatDuration(expected.medianMs)}`;
  return leaf({
    id: 'tests',
    label: `${tests.length} of ${counted(plannedFiles(plan), 'test file')}`,
    description: about,
    icon: 'beaker',
    children,
  });
}

/** `discount.ts → cart.ts →`: what leads to the test, whose name stands before it. */
function wayTo({ why }: PlannedTest): string {
  if (why.length === 1) return 'changed itself';
  return why.length === 0 ? '' : `${why.slice(0, -1).map(nameOf).join(' → ')} →`;
}

function reusedNode({ reused = [] }: Plan): PlanNode[] {
  if (reused.length === 0) return [];
  const children = reused.map(({ file, since }) =>
    leaf({
      id: `reused:${file}`,
      label: nameOf(file),
      description: `unchanged since ${new Date(since).toLocaleTimeString()}`,
      tooltip: file,
      icon: 'history',
      subject: { test: file },
      location: { file, line: 1 },
    }),
  );
  return [
    leaf({
      id: 'reused',
      label: `${counted(reused.length, 'test file')} reused`,
      description: 'nothing changed since they passed',
      icon: 'history',
      children,
    }),
  ];
}

function skippedNode({ skipped }: Plan): PlanNode[] {
  if (skipped.files.length === 0) return [];
  const children = skipped.files.map((file) =>
    leaf({
      id: `skipped:${file}`,
      label: nameOf(file),
      description: folderOf(file),
      tooltip: file,
      icon: 'circle-slash',
      subject: { test: file },
      location: { file, line: 1 },
    }),
  );
  return [
    leaf({
      id: 'skipped',
      label: `${counted(skipped.count, 'test')} skipped`,
      description: 'nothing that they depend on changed',
      icon: 'debug-step-over',
      children,
    }),
  ];
}

function noteNode(note: string): PlanNode {
  return leaf({ id: `note:${note}`, label: note, tooltip: note, icon: 'info' });
}

function leaf(node: Partial<PlanNode> & Pick<PlanNode, 'id' | 'label' | 'icon'>): PlanNode {
  return { description: '', tooltip: node.label, subject: null, location: null, children: [], ...node };
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(0, file.lastIndexOf('/')));
}
