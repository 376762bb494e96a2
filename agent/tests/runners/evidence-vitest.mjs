// A coverage provider of vitest's custom kind: its hooks tell, in the worker, when a test file begins and ends.
import { writeFileSync, renameSync } from 'node:fs';
import path from 'node:path';

const recorder = process[Symbol.for('noodle.evidence')];

/** Worker: before the first test file. */
async function startCoverage() {
  if (recorder === undefined) return;
  recorder.sharesModules = sharesModules(globalThis.__vitest_worker__?.config);
  recorder.testNow = () => globalThis.__vitest_worker__?.filepath ?? null;
  recorder.start();
}

/** Worker: after each test file. */
async function takeCoverage() {
  const worker = globalThis.__vitest_worker__;
  if (recorder === undefined || typeof worker?.filepath !== 'string') return undefined;
  if (recorder.sharesModules) noteImports(worker);
  // Version 5 keeps source maps in its main process, which then lays them beside the window.
  const { name, unmapped } = recorder.closeAs(worker.filepath, { isHeldBack: true }) ?? {};
  if (name === undefined) return undefined;
  if (unmapped.length > 0) return { name, unmapped };
  renameSync(`${name}.part`, `${name}.json`);
  return undefined;
}

/** Without isolation a worker keeps its modules from one test file to the next, and so do the vm pools of some versions. */
function sharesModules(config) {
  const pool = config?.pool ?? 'forks';
  if (pool.startsWith('vm')) return true;
  return (config?.poolOptions?.[pool]?.isolate ?? config?.isolate) === false;
}

/** Which module imports which, as vite's runner knows it; it has lived in two places. */
function noteImports(worker) {
  const modules = worker.evaluatedModules?.idToModuleMap ?? worker.moduleCache;
  if (typeof modules?.entries !== 'function') return;
  const fileOf = (id) => plain(modules.get(id)?.file ?? id);
  for (const [id, { importers = [] }] of modules.entries()) {
    for (const importer of importers) recorder.edges.push([fileOf(importer), fileOf(id)]);
  }
  recorder.seesImports = true;
}

function plain(id) {
  return String(id)
    .replace(/^file:\/\//, '')
    .replace(/[?#].*$/, '');
}

/** Main process: nothing is collected there. */
class NoProvider {
  name = 'noodle';
  initialize(context) {
    this.context = context;
    this.options = context.config?.coverage ?? {};
  }
  resolveOptions() {
    return this.options;
  }
  async clean() {}
  onAfterSuiteRun({ coverage, projectName, environment }) {
    if (coverage?.name === undefined) return;
    for (const { file, source } of coverage.unmapped) {
      const map = this.mapOf(file, projectName, environment);
      if (map) writeFileSync(path.join(path.dirname(coverage.name), `${source}.js.map`), JSON.stringify(map));
    }
    renameSync(`${coverage.name}.part`, `${coverage.name}.json`);
  }
  mapOf(file, projectName, environment) {
    const project = this.context.projects?.find((each) => each.name === projectName);
    const graph = project?.vite?.environments?.[environment]?.moduleGraph;
    return graph?.getModuleById(file)?.transformResult?.map;
  }
  onTestFailure() {}
  async generateCoverage() {
    return undefined;
  }
  async reportCoverage() {}
}

export default { startCoverage, takeCoverage, getProvider: () => new NoProvider() };
