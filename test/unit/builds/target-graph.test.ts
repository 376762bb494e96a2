import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutCircles, inBuildOrder, withDependents, withNeeds } from '../../../agent/builds/target-graph.ts';
import type { BuildTarget } from '../../../agent/protocol/build.ts';
import { TargetId } from '../../../agent/protocol/ids.ts';

const id = (name: string) => TargetId.parse(name);

function target(name: string, ...needs: string[]): BuildTarget {
  return {
    id: id(name),
    folder: name,
    command: 'x',
    language: 'javascript',
    inputs: [],
    outputs: [],
    needs: needs.map(id),
    foundIn: '',
    environment: {},
    kind: 'npm',
    type: 'incremental',
    tools: [],
    automatic: true,
    stored: true,
  };
}

function targets(...list: BuildTarget[]): Map<TargetId, BuildTarget> {
  return new Map(list.map((each) => [each.id, each]));
}

function needs(strong: string[], weak: string[] = []) {
  return { strong: new Set(strong.map(id)), weak: new Set(weak.map(id)) };
}

describe('the graph of targets', () => {
  it('orders each after what it needs, and otherwise leaves the order', () => {
    const names = inBuildOrder([target('web', 'core', 'ui'), target('docs'), target('ui', 'core'), target('core')]).map(
      (each) => each.id,
    );
    assert.deepEqual(names, ['core', 'ui', 'web', 'docs']);
  });

  it('follows needs and dependents to the end', () => {
    const all = targets(target('core'), target('ui', 'core'), target('web', 'ui'), target('docs'));
    assert.deepEqual([...withNeeds([id('web')], all)], ['web', 'ui', 'core']);
    assert.deepEqual([...withDependents([id('core')], all)], ['core', 'ui', 'web']);
  });

  it('names a circle and cuts it, at a devDependency where there is one', () => {
    const { needs: left, problems } = cutCircles(
      new Map([
        [id('core'), needs([], ['web'])],
        [id('web'), needs(['core'])],
      ]),
    );
    assert.deepEqual(problems, [
      'targets need each other in a circle: core → web → core; that core needs web is passed over',
    ]);
    assert.deepEqual(
      [...left],
      [
        ['core', []],
        ['web', ['core']],
      ],
    );
  });

  it('cuts a circle that has no weak link too', () => {
    const { needs: left, problems } = cutCircles(
      new Map([
        [id('a'), needs(['b'])],
        [id('b'), needs(['a'])],
        [id('c'), needs(['c'])],
      ]),
    );
    assert.equal(problems.length, 2);
    assert.deepEqual(
      [...left],
      [
        ['a', ['b']],
        ['b', []],
        ['c', []],
      ],
    );
  });

  it('is without circles afterwards, whatever it was, and loses nothing that was without', () => {
    const graph = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 30 });
    fc.assert(
      fc.property(graph, (links) => {
        const strong = new Map<TargetId, Set<TargetId>>(
          Array.from({ length: 8 }, (_, index) => [id(`t${index}`), new Set()]),
        );
        for (const [from, to] of links) strong.get(id(`t${from}`))?.add(id(`t${to}`));
        const cut = cutCircles(
          new Map([...strong].map(([name, set]) => [name, { strong: set, weak: new Set<TargetId>() }])),
        );
        const list = inBuildOrder([...cut.needs].map(([name, set]) => target(name, ...set)));
        assert.equal(list.length, 8);
        const place = new Map(list.map((each, index) => [each.id, index]));
        for (const each of list)
          for (const need of each.needs) assert.ok((place.get(need) ?? 99) < (place.get(each.id) ?? -1));
        const removed = [...strong.values()].flatMap((set) => [...set]).length - [...cut.needs.values()].flat().length;
        assert.equal(removed, cut.problems.length);
      }),
    );
  });

  it('takes a chain of 5,000 targets', () => {
    const chain = Array.from({ length: 5000 }, (_, index) =>
      target(`t${index}`, ...(index === 0 ? [] : [`t${index - 1}`])),
    );
    assert.equal(inBuildOrder(chain.toReversed())[0]?.id, 't0');
  });
});
