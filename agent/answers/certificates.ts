// What vouches for the tests that a plan made now skips.
import type { Certificate } from '../protocol/explanation.ts';
import { failure, success, type Result } from '../protocol/failure.ts';
import { nearest } from '../protocol/nearest.ts';
import type { TestFile } from '../protocol/test.ts';
import { closureOf, findKnown, type ExplainOptions } from './explain.ts';

/** One certificate for each test file that `subject` names, by the change as it is now. */
export async function certificatesOf(options: ExplainOptions, subject: string): Promise<Result<Certificate[]>> {
  const { planner, tests, graph } = options;
  const planned = await planner.plan({});
  if (!planned.ok) return planned;
  const { files } = await tests.discover([]);
  const found = new Map<string, TestFile>();
  for (const { file } of await findKnown(tests, files, subject, false)) found.set(file.id, file);
  if (found.size === 0) {
    const near = nearest(
      subject,
      files.map((file) => file.file),
    );
    return failure(
      'not_found',
      `there is no test '${subject}'`,
      near === null ? {} : { hint: `Did you mean '${near}'?` },
    );
  }
  const { plan, impact } = planned.value;
  return success(
    await Promise.all(
      [...found.values()].map((test) =>
        tests.certificate({
          test,
          impact,
          dependencies: closureOf(graph, test.file),
          selectedBy: plan.tests.find((each) => each.id === test.id)?.why ?? null,
        }),
      ),
    ),
  );
}
