// The ids of all commands, views, context keys and settings; the manifest is checked against this file by a test.

/** Commands in the palette and in menus. */
export const commandIds = {
  runImpacted: 'noodle.runImpacted',
  runAll: 'noodle.runAll',
  runFailed: 'noodle.runFailed',
  buildImpacted: 'noodle.buildImpacted',
  runPipeline: 'noodle.runPipeline',
  showPipelinePlan: 'noodle.showPipelinePlan',
  answerApproval: 'noodle.answerApproval',
  showPlan: 'noodle.showPlan',
  explain: 'noodle.explain',
  whySkipped: 'noodle.whySkipped',
  cancelRun: 'noodle.cancelRun',
  openDashboard: 'noodle.openDashboard',
  showLog: 'noodle.showLog',
  restartAgent: 'noodle.restartAgent',
  createConfiguration: 'noodle.createConfiguration',
  showCost: 'noodle.showCost',
  showRisk: 'noodle.showRisk',
  goToTest: 'noodle.goToTest',
  goToCode: 'noodle.goToCode',
  runRelatedTests: 'noodle.runRelatedTests',
  generateTests: 'noodle.generateTests',
  setModelKey: 'noodle.setModelKey',
  bisect: 'noodle.bisect',
  importRemoteRun: 'noodle.importRemoteRun',
  /** Of items in the Plan and Runs trees. */
  runItem: 'noodle.runItem',
  explainItem: 'noodle.explainItem',
  openItem: 'noodle.openItem',
  showRunLog: 'noodle.showRunLog',
  cancelItem: 'noodle.cancelItem',
  rerunItem: 'noodle.rerunItem',
  rerunStepItem: 'noodle.rerunStepItem',
  rerunFailedItem: 'noodle.rerunFailedItem',
} as const;
export type CommandId = (typeof commandIds)[keyof typeof commandIds];

export const viewIds = {
  container: 'noodle',
  dashboard: 'noodle.dashboard',
  plan: 'noodle.plan',
  runs: 'noodle.runs',
  /** The dashboard in an editor tab. */
  dashboardPanel: 'noodle.dashboardPanel',
} as const;

/** Context keys that `when` clauses look at. */
export const contextKeys = {
  /** `stopped`, `starting`, `connected`, `failed`, or `none` without a folder. */
  agentState: 'noodle.agentState',
  isRunning: 'noodle.isRunning',
  hasTests: 'noodle.hasTests',
  hasRun: 'noodle.hasRun',
  hasFailed: 'noodle.hasFailed',
} as const;

/** Settings that only the editor knows; all others come from agent/protocol/settings.ts as `noodle.<key>`. */
export const editorSettings = {
  notifyFirstFailure: 'noodle.notifications.firstFailure',
  notifyApproval: 'noodle.notifications.approval',
  notifyStateRepaired: 'noodle.notifications.stateRepaired',
  notifyAlerts: 'noodle.notifications.alerts',
  startAutomatically: 'noodle.agent.startAutomatically',
  testExplorerMode: 'noodle.testExplorer.mode',
  chatModel: 'noodle.generatedTests.chatModel',
} as const;
export type EditorSetting = (typeof editorSettings)[keyof typeof editorSettings];

export const walkthroughId = 'noodle.firstMinute';
export const testControllerId = 'noodle';
/** Of the runs of remote CIs. */
export const remoteTestControllerId = 'noodle.remote';
export const statusBarId = 'noodle.status';
