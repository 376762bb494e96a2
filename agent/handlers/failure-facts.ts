// What triage and flakiness say about a test, as sentences of its explanation.
import type { Explanation } from '../protocol/explanation.ts';
import type { FlakyTest } from '../protocol/flakiness.ts';
import { counted } from '../protocol/quantities.ts';
import type { FailureCluster } from '../protocol/triage.ts';

/** The explanations, with what is known of the failures of these tests in front of their other facts. */
export function withFailureFacts(
  explanations: readonly Explanation[],
  { clusters, flaky }: { clusters: readonly FailureCluster[]; flaky: readonly FlakyTest[] },
): Explanation[] {
  return explanations.map((explanation) => ({
    ...explanation,
    facts: [
      ...clusterFacts(explanation.subject, clusters),
      ...flakyFacts(explanation.subject, flaky),
      ...explanation.facts,
    ],
  }));
}

function isAbout(subject: string, test: string): boolean {
  return test === subject || test.startsWith(`${subject} > `);
}

function clusterFacts(subject: string, clusters: readonly FailureCluster[]): string[] {
  return clusters
    .filter(({ tests }) => tests.some((test) => isAbout(subject, test)))
    .flatMap((cluster) => [
      `failure (${cluster.kind}): ${cluster.message}${cluster.tests.length === 1 ? '' : `; ${counted(cluster.tests.length, 'test')} fail alike`}`,
      ...(cluster.suspects.length === 0 ? [] : [`suspected: ${cluster.suspects.join(', ')}`]),
      ...commitFacts(cluster),
      `reproduce: ${cluster.reproduce}`,
    ]);
}

function commitFacts({ suspectedCommit: commit, tests }: FailureCluster): string[] {
  if (commit === undefined) return [];
  const sure = commit.among === 1 ? '' : `; noodle bisect '${tests[0]}' makes sure`;
  return [
    `suspected commit: ${commit.sha.slice(0, 10)} ${commit.subject} (${commit.author}), ${commit.because}${sure}`,
  ];
}

function flakyFacts(subject: string, flaky: readonly FlakyTest[]): string[] {
  return flaky
    .filter(({ test }) => isAbout(subject, test))
    .flatMap(({ test, probability, trials, cause, evidence, quarantine }) => [
      ...(trials === 0
        ? []
        : [
            `flaky: ${test} fails by chance in about ${Math.round(probability * 100)} % of runs, cause: ${cause}; ${evidence[0] ?? ''}`,
          ]),
      ...(quarantine === null
        ? []
        : [`quarantined until ${new Date(quarantine.until).toISOString().slice(0, 10)}: ${test}`]),
    ]);
}
