// The manifest against the code: what VS Code is told exists, and nothing exists that it is not told.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { z } from 'zod';
import { settingDeclarations, type SettingDeclaration } from '../../../agent/protocol/settings.ts';
import { commandIds, contextKeys, editorSettings, viewIds, walkthroughId } from '../../../extension/ids.ts';
import { readImports } from '../../rig/imports.ts';

const root = path.resolve(import.meta.dirname, '../../..');

const View = z.object({ id: z.string(), name: z.string(), when: z.string().optional() });
const Item = z.object({ command: z.string(), when: z.string().optional() });
const Setting = z.object({
  type: z.string(),
  default: z.union([z.boolean(), z.number(), z.string()]),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  scope: z.string(),
  description: z.string(),
});
const Manifest = z.object({
  main: z.string(),
  icon: z.string(),
  extensionKind: z.array(z.string()),
  activationEvents: z.array(z.string()),
  capabilities: z.object({
    untrustedWorkspaces: z.object({ supported: z.string(), restrictedConfigurations: z.array(z.string()) }),
  }),
  contributes: z.object({
    commands: z.array(
      z.object({ command: z.string(), title: z.string(), category: z.string(), enablement: z.string().optional() }),
    ),
    keybindings: z.array(Item.extend({ key: z.string(), mac: z.string(), when: z.string() })),
    viewsContainers: z.object({ activitybar: z.array(z.object({ id: z.string(), icon: z.string() })) }),
    views: z.record(z.string(), z.array(View)),
    viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
    menus: z.record(z.string(), z.array(Item)),
    configuration: z.object({ properties: z.record(z.string(), Setting) }),
    walkthroughs: z.array(
      z.object({
        id: z.string(),
        steps: z.array(
          z.object({
            id: z.string(),
            description: z.string(),
            media: z.object({ markdown: z.string() }),
            completionEvents: z.array(z.string()),
          }),
        ),
      }),
    ),
  }),
});

const manifest = Manifest.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
const { contributes } = manifest;
const commands = Object.values<string>(commandIds);

describe('the manifest', () => {
  it('declares every command, and no other', () => {
    assert.deepEqual(contributes.commands.map(({ command }) => command).toSorted(), commands.toSorted());
  });

  it('has a handler for every command', () => {
    const sources = readImports(root, ['extension']).map((file) => readFileSync(path.join(root, file.path), 'utf8'));
    const registered = new Set(sources.flatMap(registeredCommands));
    assert.deepEqual(
      Object.keys(commandIds).filter((name) => !registered.has(name)),
      [],
    );
  });

  it('names nothing but its own commands in menus, keybindings, welcome texts and the walkthrough', () => {
    const named = [
      ...Object.values(contributes.menus)
        .flat()
        .map(({ command }) => command),
      ...contributes.keybindings.map(({ command }) => command),
      ...contributes.viewsWelcome.flatMap(({ contents }) => linkedCommands(contents)),
      ...contributes.walkthroughs.flatMap(({ steps }) =>
        steps.flatMap(({ description }) => linkedCommands(description)),
      ),
    ];
    assert.deepEqual(
      named.filter((command) => command.startsWith('noodle.') && !commands.includes(command)),
      [],
    );
  });

  it('keeps what is about an item out of the palette', () => {
    const hidden = (contributes.menus['commandPalette'] ?? [])
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    const { runItem, explainItem, openItem, showRunLog, cancelItem, rerunItem, rerunStepItem, rerunFailedItem } =
      commandIds;
    const ofItems = [runItem, explainItem, openItem, showRunLog, cancelItem, rerunItem, rerunStepItem, rerunFailedItem];
    assert.deepEqual(hidden.toSorted(), ofItems.toSorted());
  });

  it('offers nothing that executes before the workspace is trusted', () => {
    const executing: readonly string[] = [
      commandIds.runImpacted,
      commandIds.runAll,
      commandIds.runFailed,
      commandIds.buildImpacted,
      commandIds.runItem,
      commandIds.rerunItem,
      commandIds.rerunStepItem,
      commandIds.rerunFailedItem,
      commandIds.runRelatedTests,
    ];
    const offered = contributes.commands.filter(
      ({ command, enablement }) => executing.includes(command) && enablement?.includes('isWorkspaceTrusted') !== true,
    );
    assert.deepEqual(offered, []);
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  });

  it('has keys only where they mean something', () => {
    for (const { when } of contributes.keybindings) assert.match(when, /workspaceFolderCount != 0/);
  });

  it('declares the views that the code fills', () => {
    const declared = contributes.views[viewIds.container]?.map(({ id }) => id);
    assert.deepEqual(declared, [viewIds.dashboard, viewIds.plan, viewIds.runs]);
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${viewIds.dashboardPanel}`));
  });

  it('looks at no context key that nobody sets', () => {
    const clauses = [
      ...contributes.commands.map(({ enablement }) => enablement),
      ...contributes.keybindings.map(({ when }) => when),
      ...contributes.viewsWelcome.map(({ when }) => when),
      ...Object.values(contributes.views)
        .flat()
        .map(({ when }) => when),
      ...Object.values(contributes.menus)
        .flat()
        .map(({ when }) => when),
    ];
    const keys = clauses.flatMap((clause) => clause?.match(/\bnoodle\.\w+/g) ?? []);
    const known = new Set<string>([...Object.values(contextKeys), ...Object.values(viewIds)]);
    assert.deepEqual(
      keys.filter((key) => !known.has(key)),
      [],
    );
  });

  it('has a welcome for every state in which the plan is empty', () => {
    const clauses = contributes.viewsWelcome.filter(({ view }) => view === viewIds.plan).map(({ when }) => when);
    for (const sign of [
      'workspaceFolderCount == 0',
      '!isWorkspaceTrusted',
      'starting',
      'stopped',
      'failed',
      '!noodle.hasTests',
      'none',
    ])
      assert.ok(
        clauses.some((clause) => clause.includes(sign)),
        sign,
      );
  });

  it('declares every setting with its type, default and limits', () => {
    const { properties } = contributes.configuration;
    for (const declaration of settingDeclarations as readonly SettingDeclaration[]) {
      const { type, minimum, maximum, description, environment } = declaration;
      const limits = type === 'integer' ? { minimum, maximum } : {};
      const expected = {
        type: type === 'text' ? 'string' : type,
        default: declaration.default,
        // What a repository must not say is of the user's settings alone.
        scope: declaration.isPersonal === true ? 'application' : 'window',
        ...limits,
        description: `${description} (${environment})`,
      };
      assert.deepEqual(properties[`noodle.${declaration.key}`], expected);
    }
    const known = [...settingDeclarations.map(({ key }) => `noodle.${key}`), ...Object.values(editorSettings)];
    assert.deepEqual(Object.keys(properties).toSorted(), known.toSorted());
  });

  it('takes no setting of an untrusted workspace that changes what runs', () => {
    const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;
    assert.deepEqual(
      restrictedConfigurations.toSorted(),
      settingDeclarations.map(({ key }) => `noodle.${key}`).toSorted(),
    );
  });

  it('ships every file that it names', () => {
    const media = contributes.walkthroughs.flatMap(({ steps }) => steps.map((step) => step.media.markdown));
    const files = [manifest.icon, ...contributes.viewsContainers.activitybar.map(({ icon }) => icon), ...media];
    assert.deepEqual(
      files.filter((file) => !existsSync(path.join(root, file))),
      [],
    );
  });

  it('has a walkthrough of five steps, each done by doing it', () => {
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthrough?.id, walkthroughId);
    assert.equal(walkthrough.steps.length, 5);
    assert.deepEqual(
      walkthrough.steps.filter(({ completionEvents }) => completionEvents.length === 0),
      [],
    );
  });

  it('runs beside the files', () => {
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });
});

describe('activation', () => {
  it('loads nothing but the editor and Node', () => {
    assert.deepEqual(
      packagesLoadedBy('extension/extension.ts').filter((name) => name !== 'vscode' && !name.startsWith('node:')),
      [],
    );
  });
});

/** `registerCommand(surroundings, commandIds.<name>, …)` */
function registeredCommands(source: string): string[] {
  return [...source.matchAll(/registerCommand\(\s*\w+,\s*commandIds\.(\w+)/g)].map(([, name = '']) => name);
}

function linkedCommands(text: string): string[] {
  return [...text.matchAll(/\(command:([\w.]+)/g)].map(([, command = '']) => command);
}

/** The packages in reach of a file by imports that are carried out at once. */
function packagesLoadedBy(entry: string): string[] {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    const { module } = parseSync(file, readFileSync(path.join(root, file), 'utf8'));
    for (const { entries, moduleRequest } of module.staticImports) {
      if (entries.length > 0 && entries.every((each) => each.isType)) continue;
      if (moduleRequest.value.startsWith('.')) visit(path.posix.join(path.posix.dirname(file), moduleRequest.value));
      else packages.add(moduleRequest.value);
    }
  };
  visit(entry);
  return [...packages];
}
